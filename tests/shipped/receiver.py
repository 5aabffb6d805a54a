"""An HTTP server of Python's own that takes each message at its second try: receiver.py. Prints its port, then each body taken."""
import http.server


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen = set()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        new = body not in self.seen
        self.seen.add(body)
        self.send_response(503 if new else 201)
        self.send_header("Content-Length", "0")
        self.end_headers()
        if not new:
            print(body.decode(), flush=True)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_address[1], flush=True)
server.serve_forever()
