"""Sets one key of a memcached, as the first implementation's helper did: set_key.py PORT KEY VALUE."""
import socket
import sys

port, key, value = int(sys.argv[1]), sys.argv[2].encode(), sys.argv[3].encode()
with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
    connection.sendall(b"set %s 0 0 %d\r\n%s\r\n" % (key, len(value), value))
    answer = connection.recv(1024)
    assert answer == b"STORED\r\n", answer
