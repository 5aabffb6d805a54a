// Every call of Tango's IDL, of each of its versions, as clients of any age send them: Operations NAME; a line of JSON each.
// Beneath the Java API, which would correct most of what is wrong here.

import fr.esrf.Tango.*;
import fr.esrf.TangoApi.ApiUtil;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.omg.CORBA.Any;
import org.omg.CORBA.ORB;
import org.omg.CORBA.SystemException;

public class Operations {
  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private static final int[] DEPTHS = {1, 10, 0, -1, -1_000_000, Integer.MIN_VALUE, Integer.MAX_VALUE};
  private static final String[] NAMES = {"Backlog", "State", "Preview", "Plugins", "MaxProc", "", "nothing", "x".repeat(10_000)};
  private static final String[][] LISTS = {
    {}, {"Backlog"}, {"nothing"}, {""}, {"Backlog", "Backlog"}, {"State", "State"}, {"Status", "status"}, {"All attributes"}, {"All attributes_3"},
    {"State", "Status", "Plugins", "Preview"}, Collections.nCopies(20_000, "Preview").toArray(new String[0]),
  };

  private final ORB orb;
  private final Device_5 device;
  private final Device_5 admin;
  private final String who;

  private interface Call {
    Object run() throws Exception;
  }

  private Operations(ORB orb, String who, Device_5 device, Device_5 admin) {
    this.orb = orb;
    this.device = device;
    this.admin = admin;
    this.who = who;
  }

  public static void main(String[] arguments) throws Exception {
    ORB orb = ApiUtil.get_orb();
    Matcher name = Pattern.compile("tango://(.*?):(\\d+)/(.*?)(#dbase=no)?").matcher(arguments[0]);
    if (!name.matches()) throw new IllegalArgumentException(arguments[0]);
    Device_5 admin = connect(orb, name, arguments[1]);
    new Operations(orb, name.group(3), connect(orb, name, name.group(3)), admin).all();
    new Operations(orb, arguments[1].toLowerCase(), admin, admin).all();
    System.exit(0);
  }

  private static Device_5 connect(ORB orb, Matcher name, String device) throws DevFailed {
    // Without a database the name is the object's key.
    String reference = name.group(4) != null
        ? "corbaloc:iiop:1.2@" + name.group(1) + ":" + name.group(2) + "/" + device.toLowerCase()
        : ApiUtil.get_db_obj(name.group(1), name.group(2)).import_device(device).ior;
    return Device_5Helper.narrow(orb.string_to_object(reference));
  }

  private void all() {
    reads();
    histories();
    commands();
    writes();
    configurations();
    pipes();
  }

  private void attempt(String what, Call call) {
    String outcome;
    try {
      call.run();
      outcome = "\"works\":true";
    } catch (DevFailed failed) {
      outcome = refusal(failed.errors);
    } catch (MultiDevFailed failed) {
      outcome = refusal(failed.errors[0].err_list);
    } catch (SystemException failed) {
      // What the ORB of this client refuses to send never was a call.
      boolean own = failed instanceof org.omg.CORBA.MARSHAL || failed.completed == org.omg.CORBA.CompletionStatus.COMPLETED_NO;
      boolean gone = failed instanceof org.omg.CORBA.COMM_FAILURE || failed instanceof org.omg.CORBA.TRANSIENT;
      outcome = "\"reason\":" + json(own && !gone ? "client" : "CORBA") + ",\"words\":" + json(failed.toString());
    } catch (Exception failed) {
      outcome = "\"reason\":\"client\",\"words\":" + json(failed.toString());
    }
    OUT.println("{\"what\":" + json(what + " of " + who) + "," + outcome + "}");
  }

  private static String refusal(DevError[] errors) {
    if (errors.length == 0) return "\"reason\":\"\",\"words\":\"\"";
    return "\"reason\":" + json(errors[0].reason) + ",\"words\":" + json(errors[0].desc);
  }

  private void reads() {
    attempt("name", device::name);
    attempt("description", device::description);
    attempt("state", device::state);
    attempt("status", device::status);
    attempt("adm_name", device::adm_name);
    attempt("ping", () -> { device.ping(); return null; });
    attempt("info", device::info);
    attempt("info_3", device::info_3);
    attempt("command_list_query", device::command_list_query);
    attempt("command_list_query_2", device::command_list_query_2);
    for (String name : NAMES) {
      attempt("command_query " + shown(name), () -> device.command_query(name));
      attempt("command_query_2 " + shown(name), () -> device.command_query_2(name));
    }
    for (String[] names : LISTS) {
      String list = shown(Arrays.toString(names));
      attempt("read_attributes " + list, () -> device.read_attributes(names));
      attempt("get_attribute_config " + list, () -> device.get_attribute_config(names));
      attempt("get_attribute_config_2 " + list, () -> device.get_attribute_config_2(names));
      attempt("get_attribute_config_3 " + list, () -> device.get_attribute_config_3(names));
      attempt("get_attribute_config_5 " + list, () -> device.get_attribute_config_5(names));
      attempt("get_pipe_config_5 " + list, () -> device.get_pipe_config_5(names));
      for (DevSource source : new DevSource[] {DevSource.DEV, DevSource.CACHE, DevSource.CACHE_DEV}) {
        attempt("read_attributes_2 " + list, () -> device.read_attributes_2(names, source));
        attempt("read_attributes_3 " + list, () -> device.read_attributes_3(names, source));
        for (ClntIdent client : clients()) {
          attempt("read_attributes_4 " + list, () -> device.read_attributes_4(names, source, client));
          attempt("read_attributes_5 " + list, () -> device.read_attributes_5(names, source, client));
        }
      }
    }
  }

  /** Of what is polled: only there cppTango comes as far as the depth. */
  private void poll(String command, String[] of, boolean withPeriod) {
    Any texts = any(any -> DevVarStringArrayHelper.insert(any, of));
    Any period = any(any -> DevVarLongStringArrayHelper.insert(any, new DevVarLongStringArray(new int[] {20}, of)));
    attempt(command + " " + Arrays.toString(of), () -> admin.command_inout_2(command, withPeriod ? period : texts, DevSource.DEV));
  }

  private void histories() {
    String[][] polled = {{who, "attribute", "Backlog"}, {who, "attribute", "State"}, {who, "command", "Status"}};
    for (String[] of : polled) poll("AddObjPolling", of, true);
    pause();
    depths();
    for (String[] of : polled) poll("RemObjPolling", of, false);
  }

  /** Until some records are there. */
  private static void pause() {
    try {
      Thread.sleep(300);
    } catch (InterruptedException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private void depths() {
    for (int depth : DEPTHS) {
      attempt("black_box " + depth, () -> device.black_box(depth));
      for (String name : NAMES) {
        String what = shown(name) + " " + depth;
        attempt("read_attribute_history_2 " + what, () -> device.read_attribute_history_2(name, depth));
        attempt("read_attribute_history_3 " + what, () -> device.read_attribute_history_3(name, depth));
        attempt("read_attribute_history_4 " + what, () -> device.read_attribute_history_4(name, depth));
        attempt("read_attribute_history_5 " + what, () -> device.read_attribute_history_5(name, depth));
        attempt("command_inout_history_2 " + what, () -> device.command_inout_history_2(name, depth));
        attempt("command_inout_history_4 " + what, () -> device.command_inout_history_4(name, depth));
      }
    }
  }

  private void commands() {
    for (String name : new String[] {"State", "Status", "PluginInfo", "Retry", "QueryDevice", "LockDevice", "AddObjPolling", "", "nothing"}) {
      for (Any argument : anys()) {
        String what = name + " " + shown(argument.type().kind().value() + "");
        attempt("command_inout " + what, () -> device.command_inout(name, argument));
        attempt("command_inout_2 " + what, () -> device.command_inout_2(name, argument, DevSource.CACHE_DEV));
        for (ClntIdent client : clients()) {
          attempt("command_inout_4 " + what, () -> device.command_inout_4(name, argument, DevSource.DEV, client));
        }
      }
    }
  }

  private void writes() {
    attempt("write_attributes of none", () -> { device.write_attributes(new AttributeValue[0]); return null; });
    attempt("write_attributes_3 of none", () -> { device.write_attributes_3(new AttributeValue[0]); return null; });
    attempt("write_attributes_4 of none", () -> { device.write_attributes_4(new AttributeValue_4[0], clients()[0]); return null; });
    for (String name : new String[] {"MaxProc", "Backlog", "Plugins", "Preview", "State", "nothing", ""}) {
      for (int[] size : new int[][] {{1, 0}, {0, 0}, {-1, -1}, {Integer.MAX_VALUE, 0}, {70_000, 70_000}, {1, 1}}) {
        for (Any value : anys()) {
          AttributeValue[] old = {new AttributeValue(value, AttrQuality.ATTR_VALID, time(), name, size[0], size[1])};
          attempt("write_attributes " + name, () -> { device.write_attributes(old); return null; });
          attempt("write_attributes_3 " + name, () -> { device.write_attributes_3(old); return null; });
        }
        for (AttrValUnion value : unions()) {
          AttributeValue_4[] values = {new AttributeValue_4(value, AttrQuality.ATTR_VALID, AttrDataFormat.SCALAR, time(), name,
              new AttributeDim(1, 0), new AttributeDim(size[0], size[1]), new DevError[0])};
          ClntIdent client = clients()[0];
          attempt("write_attributes_4 " + name, () -> { device.write_attributes_4(values, client); return null; });
          attempt("write_read_attributes_4 " + name, () -> device.write_read_attributes_4(values, client));
          attempt("write_read_attributes_5 " + name, () -> device.write_read_attributes_5(values, new String[] {name}, client));
        }
      }
    }
  }

  private void configurations() {
    ClntIdent client = clients()[0];
    attempt("set_attribute_config of none", () -> { device.set_attribute_config(new AttributeConfig[0]); return null; });
    attempt("set_attribute_config_3 of none", () -> { device.set_attribute_config_3(new AttributeConfig_3[0]); return null; });
    attempt("set_attribute_config_4 of none", () -> { device.set_attribute_config_4(new AttributeConfig_3[0], client); return null; });
    attempt("set_attribute_config_5 of none", () -> { device.set_attribute_config_5(new AttributeConfig_5[0], client); return null; });
    for (String attribute : new String[] {"MaxProc", "FrameRate", "LastFrame", "Preview", "Plugins", "State"}) {
      for (String text : new String[] {"1", "", "nan", "Not specified", "%s%n", "x".repeat(100_000)}) {
        String[] names = {attribute};
        String what = attribute + " " + shown(text);
        attempt("set_attribute_config " + what, () -> and(device.get_attribute_config(names), text, device::set_attribute_config));
        attempt("set_attribute_config_3 " + what, () -> and(device.get_attribute_config_3(names), text, device::set_attribute_config_3));
        attempt("set_attribute_config_4 " + what,
            () -> and(device.get_attribute_config_3(names), text, all -> device.set_attribute_config_4(all, client)));
        attempt("set_attribute_config_5 " + what,
            () -> and(device.get_attribute_config_5(names), text, all -> device.set_attribute_config_5(all, client)));
      }
    }
  }

  private interface Set<T> {
    void set(T all) throws DevFailed;
  }

  /** With every text of it changed; and back. */
  private static <T> Object and(T[] before, String text, Set<T[]> set) throws Exception {
    T[] changed = Arrays.copyOf(before, before.length);
    changed[0] = copyWith(before[0], text);
    set.set(changed);
    set.set(before);
    T[] unknown = Arrays.copyOf(before, before.length);
    unknown[0] = copyWith(before[0], text);
    unknown[0].getClass().getField("name").set(unknown[0], "nothing");
    try {
      set.set(unknown);
      throw new IllegalStateException("it took the configuration of an attribute that is not there");
    } catch (DevFailed refused) {
      return null;
    }
  }

  private static <T> T copyWith(T of, String text) throws ReflectiveOperationException {
    @SuppressWarnings("unchecked")
    T copy = (T) of.getClass().getConstructor().newInstance();
    for (var field : of.getClass().getFields()) {
      Object value = field.get(of);
      boolean changes = field.getType() == String.class && !field.getName().matches("name|writable_attr_name|root_attr_name");
      field.set(copy, changes ? text : value);
    }
    return copy;
  }

  private void pipes() {
    ClntIdent client = clients()[0];
    DevPipeData data = new DevPipeData("nothing", time(), new DevPipeBlob("", new DevPipeDataElt[0]));
    PipeConfig config = new PipeConfig("nothing", "", "", DispLevel.OPERATOR, PipeWriteType.PIPE_READ, new String[0]);
    attempt("read_pipe_5", () -> device.read_pipe_5("nothing", client));
    attempt("write_pipe_5", () -> { device.write_pipe_5(data, client); return null; });
    attempt("write_read_pipe_5", () -> device.write_read_pipe_5(data, client));
    attempt("set_pipe_config_5", () -> { device.set_pipe_config_5(new PipeConfig[] {config}, client); return null; });
    attempt("set_pipe_config_5 of none", () -> { device.set_pipe_config_5(new PipeConfig[0], client); return null; });
  }

  private static ClntIdent[] clients() {
    ClntIdent cpp = new ClntIdent();
    cpp.cpp_clnt(-1);
    ClntIdent java = new ClntIdent();
    java.java_clnt(new JavaClntIdent("x".repeat(1000), new long[] {0, -1}));
    return new ClntIdent[] {cpp, java};
  }

  private Any[] anys() {
    Any empty = orb.create_any();
    return new Any[] {
      empty, any(any -> any.insert_string("x")), any(any -> any.insert_long(7)), any(any -> any.insert_double(Double.NaN)),
      any(any -> any.insert_any(empty)), any(any -> DevVarLongStringArrayHelper.insert(any, new DevVarLongStringArray(new int[0], new String[0]))),
      any(any -> DevVarStringArrayHelper.insert(any, new String[0])), any(any -> DevVarLongArrayHelper.insert(any, new int[0])),
      any(any -> DevVarLong64ArrayHelper.insert(any, new long[] {5})), any(any -> DevVarLong64ArrayHelper.insert(any, new long[0])),
      any(any -> DevVarStringArrayHelper.insert(any, new String[] {"x", "y"})), any(any -> DevStateHelper.insert(any, DevState.ON)),
    };
  }

  private Any any(Consumer<Any> fill) {
    Any any = orb.create_any();
    fill.accept(any);
    return any;
  }

  private static AttrValUnion[] unions() {
    AttrValUnion[] all = new AttrValUnion[8];
    for (int i = 0; i < all.length; i++) all[i] = new AttrValUnion();
    all[0].long64_att_value(new long[] {5});
    all[1].long64_att_value(new long[0]);
    all[2].long64_att_value(new long[] {7, 8, 9});
    all[3].string_att_value(new String[] {"x"});
    all[4].double_att_value(new double[] {Double.NaN});
    all[5].union_no_data(true);
    all[6].dev_state_att(DevState.ON);
    all[7].encoded_att_value(new DevEncoded[] {new DevEncoded("x", new byte[0])});
    return all;
  }

  private static TimeVal time() {
    return new TimeVal(0, -1, Integer.MAX_VALUE);
  }

  private static String shown(String text) {
    return text.substring(0, Math.min(text.length(), 30));
  }

  private static String json(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char character : String.valueOf(text).toCharArray()) {
      boolean plain = character >= ' ' && character < 127 && character != '"' && character != '\\';
      quoted.append(plain ? String.valueOf(character) : String.format("\\u%04x", (int) character));
    }
    return quoted.append('"').toString();
  }
}
