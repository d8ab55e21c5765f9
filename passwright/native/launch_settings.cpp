// The variable PASSWRIGHT and the launcher's own options.
#include "launch_settings.h"

#include "launch_text.h"

#include <cstdlib>

namespace launch {

static constexpr const char *names[] = {"apply", "learned", "record", "off"};

const char *nameOf(Mode mode) { return names[static_cast<int>(mode)]; }

static bool setMode(const std::string &name, Settings &settings) {
  for (int index = 0; index < 4; index++)
    if (name == names[index]) {
      settings.mode = static_cast<Mode>(index);
      return true;
    }
  return false;
}

std::string readVariable(Settings &settings) {
  const char *value = getenv("PASSWRIGHT");
  std::string rest = value ? value : "";
  while (!rest.empty()) {
    std::string item = rest.substr(0, rest.find(','));
    rest.erase(0, item.size() + 1);
    if (startsWith(item, "lock=") && item.size() > 5)
      settings.lock = item.substr(5);
    else if (startsWith(item, "record=") && item.size() > 7)
      settings.record = item.substr(7);
    else if (item == "strict")
      settings.strict = true;
    else if (item == "require-accepted")
      settings.accepted = true;
    else if (!item.empty() && !setMode(item, settings))
      return "PASSWRIGHT: unknown setting '" + item +
             "' (known: apply, learned, record, off, strict, require-accepted, lock=FILE, record=FILE)";
  }
  return "";
}

std::string readOptions(int count, char **arguments, Settings &settings, int &next) {
  for (next = 1; next < count; next++) {
    std::string option = arguments[next];
    if (!startsWith(option, "-"))
      return "";
    if (option == "--") {
      next++;
      return "";
    }
    if (option == "--strict" || option == "--explain" || option == "--require-accepted") {
      (option == "--strict"    ? settings.strict
       : option == "--explain" ? settings.explain
                               : settings.accepted) = true;
      continue;
    }
    size_t equals = option.find('=');
    std::string name = option.substr(0, equals), value;
    if (name != "--mode" && name != "--lock" && name != "--record" && name != "--entry")
      return "unknown option '" + option +
             "' (known: --mode M, --strict, --lock FILE, --record FILE, --entry F, --require-accepted, "
             "--explain)";
    if (equals != std::string::npos)
      value = option.substr(equals + 1);
    else if (++next < count)
      value = arguments[next];
    if (value.empty())
      return name + " needs a value";
    if (name == "--mode" && !setMode(value, settings))
      return "unknown mode '" + value + "' (known: apply, learned, record, off)";
    if (name == "--entry")
      settings.entries.push_back(value);
    else if (name != "--mode")
      (name == "--lock" ? settings.lock : settings.record) = value;
  }
  return "";
}

std::string check(const Settings &settings) {
  if (settings.mode == Mode::Record && settings.record.empty())
    return "the mode 'record' needs a file: record=FILE in PASSWRIGHT, or --record FILE";
  return "";
}

} // namespace launch
