"""numba-jitted functions → IR (extra `numba`).

numba compiles a Python function for the argument types that it has been called with. Its native function
returns a status and takes: a pointer to the result, a pointer to an exception slot, then the arguments, an
array taking seven values and more (memory info, parent, items, item size, data, then shape and strides per
dimension).
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from passwright.passes.errors import InputError

if TYPE_CHECKING:
    from passwright.irgen.kernel import Lowered


def is_jitted(source: Any) -> bool:
    """Whether `source` is a numba dispatcher, without importing numba."""
    dispatcher = sys.modules.get("numba.core.dispatcher")
    return dispatcher is not None and isinstance(source, dispatcher.Dispatcher)


def lower_jitted(source: Any, *, march: str = "native") -> tuple[Lowered, str, tuple[str, ...]]:
    """The module of a jitted function, its name, and the symbol of its native function.

    Only the first compiled signature is taken: each lives in a module of its own. Raises InputError when
    the function has not been compiled yet.
    """
    from passwright._native import Module
    from passwright.irgen.frontend import lower_module

    name = f"{source.py_func.__module__}.{source.py_func.__qualname__}"
    if not source.overloads:
        raise InputError(
            f"{name} has not been compiled by numba yet",
            hint="call it once, or give its signature to numba.njit",
        )
    signature, compiled = next(iter(source.overloads.items()))
    text = source.inspect_llvm(signature)
    entry = compiled.fndesc.llvm_func_name
    # The wrappers that unpack Python objects need the interpreter; the native function alone does not.
    native = Module.parse(text.encode(), name).extract([entry])
    return replace(lower_module(native, march=march), language="numba"), name, (entry,)
