"""Counts of the native core: opcodes and AutoPhase, on a module small enough to count by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from native_support import MIXED, lower

import passwright._native as native
from passwright._native import Module

TEXT = b"""
define i32 @f(i32 %n, ptr %p) {
entry:
  %slot = alloca i64
  store i64 0, ptr %slot
  %c = icmp sgt i32 %n, 0
  br i1 %c, label %loop, label %done
loop:
  %i = phi i32 [ 0, %entry ], [ %next, %loop ]
  %s = phi i32 [ 1, %entry ], [ %t, %loop ]
  %w = sext i32 %i to i64
  %q = getelementptr i32, ptr %p, i64 %w
  %v = load i32, ptr %q
  %m = mul i32 %v, %s
  %t = add i32 %m, 1
  %next = add i32 %i, 1
  %more = icmp slt i32 %next, %n
  br i1 %more, label %loop, label %done
done:
  %r = phi i32 [ 0, %entry ], [ %t, %loop ]
  %x = call i32 @g(i32 %r)
  ret i32 %x
}
declare i32 @g(i32)
"""

EXPECTED = {
    "BBNumArgsHi": 0, "BBNumArgsLo": 2, "onePred": 0, "onePredOneSuc": 0, "onePredTwoSuc": 0, "oneSuccessor": 0,
    "twoPred": 2, "twoPredOneSuc": 0, "twoEach": 1, "twoSuccessor": 2, "morePreds": 0, "BB03Phi": 2, "BBHiPhi": 0,
    "BBNoPhi": 1, "BeginPhi": 3, "BranchCount": 2, "returnInt": 1, "CriticalCount": 4, "NumEdges": 4,
    "const32Bit": 7, "const64Bit": 1, "numConstZeroes": 4, "numConstOnes": 4, "UncondBranches": 0,
    "binaryConstArg": 2, "NumAShrInst": 0, "NumAddInst": 2, "NumAllocaInst": 1, "NumAndInst": 0, "BlockMid": 0,
    "BlockLow": 3, "NumBitCastInst": 0, "NumBrInst": 2, "NumCallInst": 1, "NumGetElementPtrInst": 1,
    "NumICmpInst": 2, "NumLShrInst": 0, "NumLoadInst": 1, "NumMulInst": 1, "NumOrInst": 0, "NumPHIInst": 3,
    "NumRetInst": 1, "NumSExtInst": 1, "NumSelectInst": 0, "NumShlInst": 0, "NumStoreInst": 1, "NumSubInst": 0,
    "NumTruncInst": 0, "NumXorInst": 0, "NumZExtInst": 0, "TotalBlocks": 3, "TotalInsts": 17, "TotalMemInst": 5,
    "TotalFuncs": 1, "ArgsPhi": 6, "testUnary": 3,
}  # fmt: skip


@pytest.mark.tiny
def test_autophase_by_hand() -> None:
    values = Module.parse(TEXT).autophase()
    assert values.dtype == np.int64
    assert values.shape == (56,)
    assert dict(zip(native.autophase_names(), values.tolist(), strict=True)) == EXPECTED


@pytest.mark.tiny
def test_opcodes_by_hand() -> None:
    counts = Module.parse(TEXT).opcode_counts()
    assert {name: count for name, count in counts.items() if count} == {
        "add": 2, "alloca": 1, "br": 2, "call": 1, "getelementptr": 1, "icmp": 2, "load": 1, "mul": 1, "phi": 3,
        "ret": 1, "sext": 1, "store": 1,
    }  # fmt: skip
    assert len(counts) > 60
    assert {"freeze", "shufflevector", "atomicrmw", "invoke"} <= set(counts)


def test_counts_agree_and_debug_info_does_not_count(tmp_path: Path) -> None:
    plain = lower(MIXED, tmp_path, suffix=".cpp")
    debug = lower(MIXED, tmp_path, "-g", suffix=".cpp")
    assert debug.opcode_counts() == plain.opcode_counts()
    assert (debug.autophase() == plain.autophase()).all()
    features = dict(zip(native.autophase_names(), plain.autophase().tolist(), strict=True))
    assert features["TotalInsts"] == plain.instruction_count == sum(plain.opcode_counts().values())
    assert features["TotalBlocks"] == features["BlockLow"] + features["BlockMid"]
