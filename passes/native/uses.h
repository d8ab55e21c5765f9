// What a function's arguments are: types from debug info (signature.cpp) and uses from data flow (uses.cpp).
#pragma once

#include <llvm/IR/Function.h>
#include <llvm/Support/JSON.h>

#include <memory>
#include <vector>

namespace passwright {

// The function's C signature; docs/architecture.md has the keys.
llvm::json::Value describeSignature(llvm::Function &function);

// Facts about what the function does with each argument and each global that it reaches; its callees are
// looked through.  The module is changed (inlined, promoted): give a clone.
//
//   {"arguments": [use of argument 0, …],
//    "globals":   {name: use},
//    "function":  {"callees": [external functions], "intrinsics": [target intrinsics], "inline_asm",
//    "volatile",
//                  "atomic", "clock", "indirect_call": bool, "loops": count, "recursive": bool,
//                  "float_to_int": a float becomes an integer, "float_exit": a float compare ends a loop}}
//   use: {"uses": [what becomes of an integer argument: bound, start, index, stride, length, alloc, shift,
//   divisor,
//                  compare, stored, float, call, returned],
//         "elements": [IR types loaded or stored through a pointer], "loaded": bool, "stored": bool,
//         "values": [what becomes of the integers loaded through it; the same words, and "terminator": the
//         loop runs
//                    until one is zero],
//         "index_into": [{"argument": i} | {"global": name} | {"local": count, 0 unknown}],
//         "pointers": [IR types behind the pointers loaded through it], "compared_with": [argument: pointer
//         compare], "callees": [external functions that get the value or pointer], "escapes": bool (the
//         pointer is stored)}
llvm::json::Value describeUses(llvm::Function &function);

// The globals that the function or anything it calls inside the module refers to, in module order.
std::vector<llvm::GlobalVariable *> reachedGlobals(llvm::Function &function);

// The defined functions that a call of `function` may run, itself first; address-taken ones count.
std::vector<llvm::Function *> reachedFunctions(llvm::Function &function);

} // namespace passwright
