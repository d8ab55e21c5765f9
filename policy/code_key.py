"""Which objects have the same code: a hash of what ends up in memory, so that equal candidates are measured
once.

Works on the ELF64 little-endian relocatable objects that the core emits. Left out of the hash: debug info,
notes and the compiler's comment, which two ways to the same code may differ in.
"""

from __future__ import annotations

import hashlib
import struct

_ALLOCATED = 0x2  # SHF_ALLOC
_RELOCATIONS, _SYMBOLS, _STRINGS, _EMPTY = 4, 2, 3, 8  # SHT_RELA, SHT_SYMTAB, SHT_STRTAB, SHT_NOBITS


def code_key(obj: bytes) -> str:
    """16 hex digits; equal for objects whose allocated sections, their relocations and symbols are equal.

    Raises ValueError for anything but an ELF64 object.
    """
    if obj[:5] != b"\x7fELF\x02" or len(obj) < 64:
        raise ValueError("not an ELF64 object")
    (table,) = struct.unpack_from("<Q", obj, 0x28)
    entry_size, count, names = struct.unpack_from("<HHH", obj, 0x3A)
    headers = [struct.unpack_from("<IIQQQQIIQQ", obj, table + n * entry_size) for n in range(count)]
    name_offset = headers[names][4]
    digest = hashlib.sha256()
    for number, (name, kind, flags, _, offset, size, _, info, align, _) in enumerate(headers):
        relocates_code = kind == _RELOCATIONS and headers[info][2] & _ALLOCATED
        symbol_data = kind == _SYMBOLS or (kind == _STRINGS and number != names)
        if not (flags & _ALLOCATED or relocates_code or symbol_data):
            continue
        title = obj[name_offset + name : obj.index(b"\0", name_offset + name)]
        digest.update(struct.pack("<QQQQ", kind, flags, size, align) + title + b"\0")
        if kind != _EMPTY:
            digest.update(obj[offset : offset + size])
    return digest.hexdigest()[:16]
