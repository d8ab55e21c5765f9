// Settings; the words are those of the compiler launcher.
#include "settings.h"

#include <llvm/ADT/SmallVector.h>

#include <filesystem>

using namespace llvm;
namespace fs = std::filesystem;

namespace passwright {

bool readWords(StringRef words, Settings &settings) {
  SmallVector<StringRef, 4> list;
  words.split(list, ',', -1, /*KeepEmpty=*/false);
  bool understood = true;
  for (StringRef word : list) {
    word = word.trim();
    if (word == "off" || word == "record") // what is recorded is compiled as it is
      settings.off = true;
    else if (word == "strict")
      settings.strict = true;
    else if (word == "require-accepted")
      settings.accepted = true;
    else if (word.consume_front("lock="))
      settings.lock = word.str();
    else if (!word.starts_with("record=") && word != "apply" &&
             word != "learned") // without a model, what was learned is what the lock holds
      understood = false;
  }
  return understood;
}

std::string nearestLock(const std::string &source) {
  std::error_code problem;
  fs::path folder = fs::weakly_canonical(source, problem).parent_path();
  for (; !problem && !folder.empty(); folder = folder.parent_path()) {
    fs::path lock = folder / "passwright.lock";
    if (fs::is_regular_file(lock, problem))
      return lock.string();
    if (folder == folder.root_path())
      break;
    problem.clear(); // one that may not be looked into
  }
  return "";
}

std::string nameIn(const std::string &lock, const std::string &source) {
  std::error_code problem;
  fs::path folder = fs::weakly_canonical(lock, problem).parent_path();
  fs::path file = fs::weakly_canonical(source, problem);
  return file.lexically_relative(folder).generic_string();
}

} // namespace passwright
