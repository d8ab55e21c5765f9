"""Pairs of functions in IR of which the second is wrong, and pairs of which it is right: name -> source, target.

`CONFIRMED` are wrong in a way that a call shows; of `MODEL_ONLY` only the meaning of poison or undef tells, which
machine code does not keep, so that no call can confirm them.
"""

from __future__ import annotations

Pair = tuple[str, str]


def _f(signature: str, body: str, extra: str = "") -> str:
    return f"{extra}\ndefine {signature} {{\n{body}\n}}\n"


def _pair(signature: str, good: str, bad: str, extra: str = "") -> Pair:
    return _f(signature, good, extra), _f(signature, bad, extra)


LOOP = """
entry:
  br label %head
head:
  %i = phi i64 [ 0, %entry ], [ %next, %body ]
  %s = phi i32 [ 0, %entry ], [ %t, %body ]
  %in = icmp ult i64 %i, %n
  br i1 %in, label %body, label %done
body:
  %at = getelementptr inbounds i32, ptr %p, i64 %i
  %x = load i32, ptr %at, align 4
  %t = add i32 %s, %x
  %next = add nuw i64 %i, 1
  br label %head
done:
  ret i32 %s
"""
PAIRWISE = """
entry:
  %even = and i64 %n, -2
  br label %head
head:
  %i = phi i64 [ 0, %entry ], [ %next, %body ]
  %s = phi i32 [ 0, %entry ], [ %t, %body ]
  %in = icmp ult i64 %i, %even
  br i1 %in, label %body, label %done
body:
  %at = getelementptr inbounds i32, ptr %p, i64 %i
  %x = load i32, ptr %at, align 4
  %up = getelementptr inbounds i32, ptr %at, i64 1
  %y = load i32, ptr %up, align 4
  %u = add i32 %s, %x
  %t = add i32 %u, %y
  %next = add nuw i64 %i, 2
  br label %head
done:
  ret i32 %s
"""
BINARY = "i32 @f(i32 noundef %a, i32 noundef %b)"
UNARY = "i32 @f(i32 noundef %a)"
WIDEN = "i64 @f(i32 noundef %a)"
ARRAY = "i32 @f(ptr noundef %p, i64 noundef %n)"
TWO = "i32 @f(ptr noundef %p, ptr noundef %q)"
VECTOR = "i32 @f(<4 x i32> noundef %v)"

CONFIRMED: dict[str, Pair] = {
    "swapped operands of sub": _pair(
        BINARY, "  %r = sub i32 %a, %b\n  ret i32 %r", "  %r = sub i32 %b, %a\n  ret i32 %r"
    ),
    "wrong constant": _pair(
        UNARY, "  %r = mul i32 %a, 8\n  ret i32 %r", "  %r = shl i32 %a, 2\n  ret i32 %r"
    ),
    "signed for unsigned": _pair(
        BINARY,
        "  %c = icmp ult i32 %a, %b\n  %r = zext i1 %c to i32\n  ret i32 %r",
        "  %c = icmp slt i32 %a, %b\n  %r = zext i1 %c to i32\n  ret i32 %r",
    ),
    "less or equal for less": _pair(
        BINARY,
        "  %c = icmp slt i32 %a, %b\n  %r = zext i1 %c to i32\n  ret i32 %r",
        "  %c = icmp sle i32 %a, %b\n  %r = zext i1 %c to i32\n  ret i32 %r",
    ),
    "zero extension for sign extension": _pair(
        WIDEN, "  %r = sext i32 %a to i64\n  ret i64 %r", "  %r = zext i32 %a to i64\n  ret i64 %r"
    ),
    "logical for arithmetic shift": _pair(
        UNARY, "  %r = ashr i32 %a, 3\n  ret i32 %r", "  %r = lshr i32 %a, 3\n  ret i32 %r"
    ),
    "signed division as a shift": _pair(
        UNARY, "  %r = sdiv i32 %a, 4\n  ret i32 %r", "  %r = ashr i32 %a, 2\n  ret i32 %r"
    ),
    "remainder as a mask": _pair(
        UNARY, "  %r = srem i32 %a, 8\n  ret i32 %r", "  %r = and i32 %a, 7\n  ret i32 %r"
    ),
    "division out of its guard": _pair(
        BINARY,
        """
  %c = icmp eq i32 %b, 0
  br i1 %c, label %out, label %divide
divide:
  %q = udiv i32 %a, %b
  br label %out
out:
  %r = phi i32 [ 0, %0 ], [ %q, %divide ]
  ret i32 %r""",
        "  %c = icmp eq i32 %b, 0\n  %q = udiv i32 %a, %b\n  %r = select i1 %c, i32 0, i32 %q\n  ret i32 %r",
    ),
    "comparison of a sum that may wrap": _pair(
        "i32 @f(i32 noundef %a)",
        "  %s = add i32 %a, 1\n  %c = icmp sgt i32 %s, %a\n  %r = zext i1 %c to i32\n  ret i32 %r",
        "  ret i32 1",
    ),
    "select the wrong way round": _pair(
        BINARY,
        "  %c = icmp slt i32 %a, %b\n  %r = select i1 %c, i32 %a, i32 %b\n  ret i32 %r",
        "  %c = icmp slt i32 %a, %b\n  %r = select i1 %c, i32 %b, i32 %a\n  ret i32 %r",
    ),
    "wrong lane": _pair(
        VECTOR,
        "  %r = extractelement <4 x i32> %v, i64 1\n  ret i32 %r",
        "  %r = extractelement <4 x i32> %v, i64 2\n  ret i32 %r",
    ),
    "wrong shuffle": _pair(
        "<4 x i32> @f(<4 x i32> noundef %v)",
        "  %r = shufflevector <4 x i32> %v, <4 x i32> poison, <4 x i32> <i32 3, i32 2, i32 1, i32 0>\n  ret <4 x i32> %r",
        "  %r = shufflevector <4 x i32> %v, <4 x i32> poison, <4 x i32> <i32 2, i32 3, i32 1, i32 0>\n  ret <4 x i32> %r",
    ),
    "reduction misses a lane": _pair(
        VECTOR,
        "  %r = call i32 @llvm.vector.reduce.add.v4i32(<4 x i32> %v)\n  ret i32 %r",
        """
  %x = extractelement <4 x i32> %v, i64 0
  %y = extractelement <4 x i32> %v, i64 1
  %z = extractelement <4 x i32> %v, i64 2
  %s = add i32 %x, %y
  %r = add i32 %s, %z
  ret i32 %r""",
        "declare i32 @llvm.vector.reduce.add.v4i32(<4 x i32>)",
    ),
    "last iteration missing at odd counts": _pair(ARRAY, LOOP, PAIRWISE),
    "one iteration too many": _pair(ARRAY, LOOP, LOOP.replace("icmp ult", "icmp ule")),
    "loop starts at one": _pair(
        ARRAY, LOOP, LOOP.replace("[ 0, %entry ], [ %next", "[ 1, %entry ], [ %next")
    ),
    "wrong element size": _pair(
        ARRAY,
        LOOP.replace("align 4", "align 1"),
        LOOP.replace("align 4", "align 1").replace("inbounds i32, ptr %p", "inbounds i16, ptr %p"),
    ),
    "load moved over a store that may alias": _pair(
        TWO,
        "  store i32 7, ptr %p, align 4\n  %r = load i32, ptr %q, align 4\n  ret i32 %r",
        "  %r = load i32, ptr %q, align 4\n  store i32 7, ptr %p, align 4\n  ret i32 %r",
    ),
    "stores swapped that may alias": _pair(
        "void @f(ptr noundef %p, ptr noundef %q)",
        "  store i32 1, ptr %p, align 4\n  store i32 2, ptr %q, align 4\n  ret void",
        "  store i32 2, ptr %q, align 4\n  store i32 1, ptr %p, align 4\n  ret void",
    ),
    "dead store that is not dead": _pair(
        "void @f(ptr noundef %p)",
        "  store i32 1, ptr %p, align 4\n  %q = getelementptr i8, ptr %p, i64 4\n  store i32 2, ptr %q, align 4\n  ret void",
        "  %q = getelementptr i8, ptr %p, i64 4\n  store i32 2, ptr %q, align 4\n  ret void",
    ),
    "store that was not there": _pair(
        "void @f(ptr noundef %p, i1 noundef zeroext %c)",
        "  br i1 %c, label %yes, label %no\nyes:\n  store i32 1, ptr %p, align 4\n  ret void\nno:\n  ret void",
        "  %x = load i32, ptr %p, align 4\n  %y = select i1 %c, i32 1, i32 %x\n  store i32 %y, ptr %p, align 4\n  ret void",
    ),
    "copy in the wrong direction": _pair(
        "void @f(ptr noundef %p)",
        """
  %q = getelementptr i8, ptr %p, i64 1
  call void @llvm.memmove.p0.p0.i64(ptr %q, ptr %p, i64 2, i1 false)
  ret void""",
        """
  %q = getelementptr i8, ptr %p, i64 1
  %r = getelementptr i8, ptr %p, i64 2
  %x = load i8, ptr %p, align 1
  store i8 %x, ptr %q, align 1
  %y = load i8, ptr %q, align 1
  store i8 %y, ptr %r, align 1
  ret void""",
        "declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)",
    ),
    "missing byte swap": _pair(
        UNARY,
        "  %r = call i32 @llvm.bswap.i32(i32 %a)\n  ret i32 %r",
        "  %r = call i32 @llvm.bitreverse.i32(i32 %a)\n  ret i32 %r",
        "declare i32 @llvm.bswap.i32(i32)\ndeclare i32 @llvm.bitreverse.i32(i32)",
    ),
    "rotation the wrong way": _pair(
        BINARY,
        "  %r = call i32 @llvm.fshl.i32(i32 %a, i32 %a, i32 %b)\n  ret i32 %r",
        "  %r = call i32 @llvm.fshr.i32(i32 %a, i32 %a, i32 %b)\n  ret i32 %r",
        "declare i32 @llvm.fshl.i32(i32, i32, i32)\ndeclare i32 @llvm.fshr.i32(i32, i32, i32)",
    ),
    "switch with a case lost": _pair(
        UNARY,
        """
  switch i32 %a, label %other [ i32 1, label %one
                                i32 9, label %nine ]
one:
  ret i32 10
nine:
  ret i32 90
other:
  ret i32 0""",
        "  %c = icmp eq i32 %a, 1\n  %r = select i1 %c, i32 10, i32 0\n  ret i32 %r",
    ),
    "reads beyond the array": _pair(
        "i32 @f(ptr noundef %p, i1 noundef zeroext %more)",
        """
  %x = load i32, ptr %p, align 4
  br i1 %more, label %yes, label %no
yes:
  %q = getelementptr i32, ptr %p, i64 1
  %y = load i32, ptr %q, align 4
  %r = add i32 %x, %y
  ret i32 %r
no:
  ret i32 %x""",
        """
  %x = load i32, ptr %p, align 4
  %q = getelementptr i32, ptr %p, i64 1
  %y = load i32, ptr %q, align 4
  %m = sext i1 %more to i32
  %z = and i32 %y, %m
  %r = add i32 %x, %z
  ret i32 %r""",
    ),
}

MODEL_ONLY: dict[str, Pair] = {
    "nsw that was not promised": _pair(
        BINARY, "  %r = add i32 %a, %b\n  ret i32 %r", "  %r = add nsw i32 %a, %b\n  ret i32 %r"
    ),
    "shift by the width": _pair(
        BINARY,
        "  %m = and i32 %b, 31\n  %r = shl i32 %a, %m\n  ret i32 %r",
        "  %r = shl i32 %a, %b\n  ret i32 %r",
    ),
    "select of poison as and": _pair(
        "i1 @f(i1 %a, i1 %b)",
        "  %r = select i1 %a, i1 %b, i1 false\n  ret i1 %r",
        "  %r = and i1 %a, %b\n  ret i1 %r",
    ),
    "freeze dropped": _pair("i32 @f(i32 %a)", "  %r = freeze i32 %a\n  ret i32 %r", "  ret i32 %a"),
    "branch on what may be poison": _pair(
        "i32 @f(i1 %c)",
        "  %r = select i1 %c, i32 1, i32 2\n  ret i32 %r",
        "  br i1 %c, label %yes, label %no\nyes:\n  ret i32 1\nno:\n  ret i32 2",
    ),
    "inbounds that was not promised": _pair(
        "ptr @f(ptr noundef %p, i64 noundef %i)",
        "  %r = getelementptr i8, ptr %p, i64 %i\n  ret ptr %r",
        "  %r = getelementptr inbounds i8, ptr %p, i64 %i\n  ret ptr %r",
    ),
    "exact that was not promised": _pair(
        UNARY, "  %r = lshr i32 %a, 2\n  ret i32 %r", "  %r = lshr exact i32 %a, 2\n  ret i32 %r"
    ),
    "alignment that was not promised": _pair(
        "i32 @f(ptr noundef %p)",
        "  %r = load i32, ptr %p, align 1\n  ret i32 %r",
        "  %r = load i32, ptr %p, align 4\n  ret i32 %r",
    ),
}

RIGHT: dict[str, Pair] = {
    "multiplication as a shift": _pair(
        UNARY, "  %r = mul i32 %a, 8\n  ret i32 %r", "  %r = shl i32 %a, 3\n  ret i32 %r"
    ),
    "nsw dropped": _pair(
        BINARY, "  %r = add nsw i32 %a, %b\n  ret i32 %r", "  %r = add i32 %a, %b\n  ret i32 %r"
    ),
    "sum that may not wrap": _pair(
        UNARY,
        "  %s = add nsw i32 %a, 1\n  %c = icmp sgt i32 %s, %a\n  %r = zext i1 %c to i32\n  ret i32 %r",
        "  ret i32 1",
    ),
    "and as a select": _pair(
        "i1 @f(i1 %a, i1 %b)",
        "  %r = and i1 %a, %b\n  ret i1 %r",
        "  %r = select i1 %a, i1 %b, i1 false\n  ret i1 %r",
    ),
    "freeze added": _pair("i32 @f(i32 %a)", "  ret i32 %a", "  %r = freeze i32 %a\n  ret i32 %r"),
    "undef made zero": _pair("i32 @f()", "  ret i32 undef", "  ret i32 0"),
    "load moved over a store to other memory": _pair(
        "i32 @f(ptr noalias noundef %p, ptr noalias noundef %q)",
        "  store i32 7, ptr %p, align 4\n  %r = load i32, ptr %q, align 4\n  ret i32 %r",
        "  %r = load i32, ptr %q, align 4\n  store i32 7, ptr %p, align 4\n  ret i32 %r",
    ),
    "signed division by a power of two": _pair(
        UNARY,
        "  %r = sdiv i32 %a, 4\n  ret i32 %r",
        "  %s = ashr i32 %a, 31\n  %u = lshr i32 %s, 30\n  %t = add i32 %a, %u\n  %r = ashr i32 %t, 2\n  ret i32 %r",
    ),
    "minimum by a select": _pair(
        BINARY,
        "  %c = icmp slt i32 %a, %b\n  %r = select i1 %c, i32 %a, i32 %b\n  ret i32 %r",
        "  %r = call i32 @llvm.smin.i32(i32 %a, i32 %b)\n  ret i32 %r",
        "declare i32 @llvm.smin.i32(i32, i32)",
    ),
    "population count by hand": _pair(
        "i8 @f(i8 noundef zeroext %a)",
        "  %r = call i8 @llvm.ctpop.i8(i8 %a)\n  ret i8 %r",
        """
  %1 = lshr i8 %a, 1
  %2 = and i8 %1, 85
  %3 = sub i8 %a, %2
  %4 = and i8 %3, 51
  %5 = lshr i8 %3, 2
  %6 = and i8 %5, 51
  %7 = add i8 %4, %6
  %8 = lshr i8 %7, 4
  %9 = add i8 %7, %8
  %r = and i8 %9, 15
  ret i8 %r""",
        "declare i8 @llvm.ctpop.i8(i8)",
    ),
}
