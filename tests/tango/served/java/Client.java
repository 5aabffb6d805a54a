// A client of Tango's Java API that does what it is asked, as client/answering.py does: Client NAME; lines in, lines of JSON out.

import fr.esrf.Tango.AttrQuality;
import fr.esrf.Tango.DevFailed;
import fr.esrf.Tango.DevState;
import fr.esrf.TangoApi.AttributeInfoEx;
import fr.esrf.TangoApi.CallBack;
import fr.esrf.TangoApi.CommandInfo;
import fr.esrf.TangoApi.DeviceAttribute;
import fr.esrf.TangoApi.DeviceData;
import fr.esrf.TangoApi.DeviceProxy;
import fr.esrf.TangoApi.events.EventData;
import fr.esrf.TangoDs.TangoConst;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

public class Client {
  private static final String[] QUALITIES = {"ATTR_VALID", "ATTR_INVALID", "ATTR_ALARM", "ATTR_CHANGING", "ATTR_WARNING"};

  private final DeviceProxy proxy;
  private final Map<String, List<Object>> seen = new LinkedHashMap<>();

  private Client(String name) throws DevFailed {
    proxy = new DeviceProxy(name);
    proxy.ping();
  }

  public static void main(String[] arguments) throws Exception {
    Client client = new Client(arguments[0]);
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    out.println(json("ready"));
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      Map<String, Object> answer = new LinkedHashMap<>();
      long started = System.nanoTime();
      try {
        answer.put("gives", client.perform(words(line)));
      } catch (DevFailed failed) {
        answer.put("fails", failed.errors[0].desc);
        answer.put("reason", failed.errors[0].reason);
      }
      answer.put("took_s", (System.nanoTime() - started) / 1e9);
      out.println(json(answer));
    }
    // Threads of the ORB would keep it.
    System.exit(0);
  }

  private Object perform(List<String> words) throws DevFailed {
    String[] arguments = words.subList(1, words.size()).toArray(new String[0]);
    switch (words.get(0)) {
      case "table":
        return table();
      case "read":
        return read(arguments);
      case "write":
        return write(arguments[0], arguments[1]);
      case "write_long":
        return write(arguments[0], "x".repeat(Integer.parseInt(arguments[1])));
      case "command":
        return command(proxy, arguments);
      case "admin":
        return command(new DeviceProxy(proxy.adm_name()), arguments);
      case "subscribe":
        return subscribe(arguments[0]);
      case "events":
        synchronized (seen) {
          Map<String, Object> copy = new LinkedHashMap<>();
          seen.forEach((name, values) -> copy.put(name, new ArrayList<>(values)));
          return copy;
        }
      default:
        throw new IllegalArgumentException(words.get(0));
    }
  }

  private Object table() throws DevFailed {
    Map<String, Object> attributes = new LinkedHashMap<>();
    for (AttributeInfoEx one : proxy.get_attribute_info_ex()) {
      Map<String, Object> attribute = new LinkedHashMap<>();
      attribute.put("type", one.data_type);
      attribute.put("format", one.data_format.value());
      attribute.put("writable", one.writable.value());
      attribute.put("level", one.level.value());
      attribute.put("unit", one.unit);
      attribute.put("min", one.min_value);
      attribute.put("max", one.max_value);
      attribute.put("number_format", one.format);
      attribute.put("description", one.description);
      attribute.put("max_x", one.max_dim_x);
      attribute.put("max_y", one.max_dim_y);
      attributes.put(one.name, attribute);
    }
    Map<String, Object> commands = new LinkedHashMap<>();
    for (CommandInfo one : proxy.command_list_query()) {
      Map<String, Object> command = new LinkedHashMap<>();
      command.put("in", one.in_type);
      command.put("out", one.out_type);
      command.put("in_text", one.in_type_desc);
      command.put("out_text", one.out_type_desc);
      command.put("level", one.level.value());
      commands.put(one.cmd_name, command);
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("class", proxy.info().dev_class);
    all.put("server", proxy.info().server_id);
    all.put("attributes", attributes);
    all.put("commands", commands);
    return all;
  }

  private Object read(String[] names) throws DevFailed {
    Map<String, Object> all = new LinkedHashMap<>();
    for (DeviceAttribute one : proxy.read_attribute(names.length > 0 ? names : proxy.get_attribute_list())) {
      all.put(one.getName(), reading(one));
    }
    return all;
  }

  private static Map<String, Object> reading(DeviceAttribute read) throws DevFailed {
    Map<String, Object> shown = new LinkedHashMap<>();
    boolean invalid = read.getQuality().value() == AttrQuality._ATTR_INVALID;
    Object[] values = invalid ? new Object[0] : values(read);
    shown.put("value", invalid ? null : value(read, values));
    shown.put("quality", QUALITIES[read.getQuality().value()]);
    // The set points stand behind what was read.
    if (!invalid && read.getNbWritten() > 0) shown.put("set_point", values[read.getNbRead()]);
    return shown;
  }

  private static Object value(DeviceAttribute read, Object[] values) throws DevFailed {
    int width = read.getDimX();
    int height = read.getDimY();
    if (height > 0) {
      Map<String, Object> image = new LinkedHashMap<>();
      image.put("width", width);
      image.put("height", height);
      int from = height / 2 * width;
      image.put("row", Arrays.asList(values).subList(from, from + width));
      return image;
    }
    if (read.getDataFormat().value() == fr.esrf.Tango.AttrDataFormat._SPECTRUM) return Arrays.asList(values).subList(0, width);
    return values[0];
  }

  private static Object[] values(DeviceAttribute read) throws DevFailed {
    switch (read.getType()) {
      case TangoConst.Tango_DEV_DOUBLE:
        return Arrays.stream(read.extractDoubleArray()).boxed().toArray();
      case TangoConst.Tango_DEV_LONG64:
        return Arrays.stream(read.extractLong64Array()).boxed().toArray();
      case TangoConst.Tango_DEV_USHORT:
        return Arrays.stream(read.extractUShortArray()).boxed().toArray();
      case TangoConst.Tango_DEV_STATE:
        return Arrays.stream(read.extractDevStateArray()).map(Client::name).toArray();
      default:
        return read.extractStringArray();
    }
  }

  private static String name(DevState state) {
    return TangoConst.Tango_DevStateName[state.value()];
  }

  private Object write(String name, String text) throws DevFailed {
    boolean number = proxy.get_attribute_info(name).data_type != TangoConst.Tango_DEV_STRING;
    proxy.write_attribute(number ? new DeviceAttribute(name, Long.parseLong(text)) : new DeviceAttribute(name, text));
    return null;
  }

  private static Object command(DeviceProxy of, String[] arguments) throws DevFailed {
    DeviceData given = new DeviceData();
    if (arguments.length > 1) given.insert(arguments[1]);
    DeviceData gives = of.command_inout(arguments[0], given);
    switch (of.command_query(arguments[0]).out_type) {
      case TangoConst.Tango_DEV_STRING:
        return gives.extractString();
      case TangoConst.Tango_DEV_STATE:
        return name(gives.extractDevState());
      default:
        return null;
    }
  }

  /** To every scalar. */
  private Object subscribe(String kind) throws DevFailed {
    int event = kind.equals("change") ? TangoConst.CHANGE_EVENT : TangoConst.ARCHIVE_EVENT;
    for (AttributeInfoEx one : proxy.get_attribute_info_ex()) {
      if (one.data_format.value() != fr.esrf.Tango.AttrDataFormat._SCALAR) continue;
      synchronized (seen) {
        seen.put(one.name, new ArrayList<>());
      }
      proxy.subscribe_event(one.name, event, new CallBack() {
        @Override
        public void push_event(EventData data) {
          take(one.name, data);
        }
      }, new String[0]);
    }
    return null;
  }

  private void take(String name, EventData data) {
    Object value;
    try {
      value = data.err ? Map.of("error", data.errors[0].reason) : reading(data.attr_value).get("value");
    } catch (DevFailed failed) {
      value = Map.of("error", failed.errors[0].reason);
    }
    synchronized (seen) {
      seen.get(name).add(value);
    }
  }

  /** A list of texts in JSON. */
  private static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    Matcher text = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"").matcher(line);
    while (text.find()) words.add(unescaped(text.group(1)));
    return words;
  }

  private static String unescaped(String text) {
    return Pattern.compile("\\\\(u([0-9a-fA-F]{4})|.)").matcher(text).replaceAll(found -> {
      String code = found.group(2);
      if (code != null) return Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(code, 16)));
      return Matcher.quoteReplacement(found.group(1).equals("n") ? "\n" : found.group(1));
    });
  }

  private static String json(Object value) {
    if (value == null || value instanceof Number || value instanceof Boolean) return String.valueOf(value);
    List<String> parts = new ArrayList<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, one) -> parts.add(json(key) + ":" + json(one)));
      return "{" + String.join(",", parts) + "}";
    }
    if (value instanceof List<?> list) {
      list.forEach(one -> parts.add(json(one)));
      return "[" + String.join(",", parts) + "]";
    }
    StringBuilder text = new StringBuilder("\"");
    for (char character : value.toString().toCharArray()) {
      boolean plain = character >= ' ' && character != '"' && character != '\\';
      text.append(plain ? String.valueOf(character) : String.format("\\u%04x", (int) character));
    }
    return text.append('"').toString();
  }
}
