// Reading clang's command lines. The rules are those of clang 19's driver (lib/Driver/ToolChains/Clang.cpp,
// and llvm/lib/Support/CommandLine.cpp for response files); whatever they say that is not written down here
// is passed through.
#include "launch_command.h"

#include "launch_flags.h"

#include <sys/stat.h>
#include <unistd.h>

namespace launch {

static constexpr int maximumExpansions = 20;
static constexpr size_t maximumSize =
    1 << 20; // bytes of all arguments; what a process may be started with is twice that

// Splits a response file as `TokenizeGNUCommandLine` does.
static Strings tokenize(const std::string &text) {
  auto isSpace = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  Strings tokens;
  std::string token;
  for (size_t at = 0; at < text.size(); at++) {
    char c = text[at];
    if (c == '\\' && at + 1 < text.size()) {
      token += text[++at];
    } else if (c == '"' || c == '\'') {
      for (at++; at < text.size() && text[at] != c; at++) {
        if (text[at] == '\\' && at + 1 < text.size())
          at++;
        token += text[at];
      }
    } else if (!isSpace(c)) {
      token += c;
    } else if (!token.empty()) {
      tokens.push_back(token);
      token.clear();
    }
  }
  if (!token.empty())
    tokens.push_back(token);
  return tokens;
}

// Puts the content of response files in their place. False: something about them is odd.
static bool expand(Strings &arguments) {
  int expansions = 0;
  for (size_t at = 0; at < arguments.size();) {
    struct stat status;
    std::string content, path = arguments[at].substr(startsWith(arguments[at], "@") ? 1 : 0);
    if (path.size() == arguments[at].size() || stat(path.c_str(), &status) != 0) {
      at++; // no response file: clang takes it literally, too
      continue;
    }
    if (++expansions > maximumExpansions || !readFile(path, content) || content.size() > maximumSize)
      return false;
    if (!content.empty() && (content[0] & 0x80)) // a byte order mark
      return false;
    Strings tokens = tokenize(content);
    arguments.erase(arguments.begin() + at);
    arguments.insert(arguments.begin() + at, tokens.begin(), tokens.end());
  }
  return true;
}

static std::string withExtension(const std::string &path, const char *extension) {
  size_t name = path.rfind('/') + 1, dot = path.rfind('.');
  return (dot != std::string::npos && dot >= name ? path.substr(0, dot) : path) + extension;
}

bool isCompilable(const std::string &path) {
  std::string name = fileName(path);
  size_t dot = name.rfind('.');
  std::string suffix = dot == std::string::npos ? "" : name.substr(dot);
  for (const char *known : {".c", ".cc", ".cp", ".cpp", ".cxx", ".c++", ".C"})
    if (suffix == known)
      return true;
  return false;
}

// Whether the output is a file that can be replaced by another one.
static bool isReplaceable(const std::string &output) {
  struct stat status;
  if (stat(output.c_str(), &status) != 0)
    return true;
  return S_ISREG(status.st_mode) && access(output.c_str(), W_OK) == 0;
}

namespace {

// A command line as far as it has been read.
class Reader {
public:
  explicit Reader(Command &command) : command(command) {}

  void read() {
    for (at = 0; at < command.arguments.size() && command.reason.empty(); at++)
      argument(command.arguments[at]);
    if (command.reason.empty())
      judge();
    if (command.reason.empty())
      lower();
  }

private:
  Command &command;
  size_t at = 0;
  bool compiles = false, source = false, depends = false, dependencyFile = false, dependencyTarget = false;
  bool named = false; // an output with -o
  std::string level;  // what stands after the last -O

  void refuse(const std::string &reason) { command.reason = reason; }

  // The value of an option that may stand in the same argument or in the next one.
  std::string value(const std::string &option, const std::string &name) {
    if (option.size() > name.size())
      return option.substr(name.size());
    if (++at < command.arguments.size())
      return command.arguments[at];
    refuse(name + " without a value");
    return "";
  }

  void keep(const std::string &name, const std::string &value) {
    command.lowering.push_back(name);
    command.lowering.push_back(value);
  }

  void argument(const std::string &text) {
    if (!startsWith(text, "-") || text == "-") {
      if (source)
        return refuse("several sources");
      if (text == "-")
        return refuse("the source is standard input");
      if (!isCompilable(text))
        return refuse(text + ": not a C or C++ source by its name");
      source = true;
      command.source = text;
      command.lowering.push_back(text);
    } else if (text == "-c") {
      compiles = true;
      command.lowering.push_back(text);
    } else if (startsWith(text, "-o") && !startsWith(text, "-obj")) {
      command.output = value(text, "-o");
      named = true;
    } else if (startsWith(text, "-O")) {
      level = text.substr(2);
      command.lowering.push_back(text);
    } else if (startsWith(text, "-x")) {
      std::string name = value(text, "-x");
      if (source || (name != "c" && name != "c++"))
        return refuse("-x " + name);
      keep("-x", name);
    } else if (!dependency(text)) {
      if (startsWith(text, "-march="))
        command.cpu = text.substr(7);
      other(text);
    }
  }

  bool dependency(const std::string &text) {
    if (text == "-MD" || text == "-MMD" || startsWith(text, "-Wp,-MD,") || startsWith(text, "-Wp,-MMD,")) {
      depends = true;
      dependencyFile |= text[1] == 'W';
      command.lowering.push_back(text);
      return true;
    }
    for (const char *name : {"-MF", "-MT", "-MQ"})
      if (startsWith(text, name)) {
        std::string found = value(text, name);
        (std::string(name) == "-MF" ? dependencyFile : dependencyTarget) = true;
        if (found == "-" || startsWith(found, "/dev/"))
          refuse(std::string(name) + " " + found);
        keep(name, found);
        return true;
      }
    return false;
  }

  void other(const std::string &text) {
    switch (classify(text)) {
    case Option::Unknown:
      return refuse(text + ": not an option that an object from the lock file would follow");
    case Option::Flag:
      command.lowering.push_back(text);
      return;
    case Option::WithValue:
      return keep(text, value(text, text));
    }
  }

  void judge() {
    if (!compiles)
      return refuse("no compile to an object (-c)");
    if (!source)
      return refuse("no source");
    if (level != "2" && level != "3" && level != "fast")
      return refuse("the level is -O" + (level.empty() ? "0" : level) + ", not -O2 or above");
    if (command.output.empty())
      command.output = withExtension(fileName(command.source), ".o");
    else if (command.output == "-")
      return refuse("the output is standard output");
    if (!isReplaceable(command.output))
      return refuse(command.output + ": not a file that can be replaced");
    size_t size = 0;
    for (const std::string &text : command.arguments)
      size += text.size() + 1;
    if (size > maximumSize)
      return refuse("a very long command line");
  }

  // The driver derives the names of dependency files from -o, which is another one in the run that makes IR.
  void lower() {
    Strings &result = command.lowering;
    if (depends && !dependencyFile) {
      size_t dot = fileName(command.source).rfind('.');
      keep("-MF",
           named ? withExtension(command.output, ".d") : fileName(command.source).substr(0, dot) + ".d");
    }
    if (depends && !dependencyTarget)
      keep("-MQ", command.output);
    if (level == "2")
      result.push_back("-O3"); // what recipes start from
    if (command.cpu.empty()) {
      command.cpu =
          "x86-64"; // what clang compiles for then; said aloud, it tunes for it as `passwright optimize` does
      result.push_back("-march=x86-64");
    }
    for (const char *argument : {"-emit-llvm", "-o", "-", "-Xclang", "-disable-llvm-passes"})
      result.push_back(argument);
  }
};

} // namespace

Command readCommand(const Strings &arguments) {
  Command command;
  command.arguments = arguments;
  if (!expand(command.arguments))
    command.reason = "a response file that is not read";
  else
    Reader(command).read();
  return command;
}

} // namespace launch
