; A division that looks for overflow, as Csmith's programs have it: 5 / -1 became 5.
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"

define i64 @divide(i64 %a, i64 %b) {
entry:
  %zero = icmp eq i64 %b, 0
  br i1 %zero, label %keep, label %nonzero

nonzero:
  %least = icmp eq i64 %a, -9223372036854775808
  br i1 %least, label %risky, label %divide

risky:
  %minus.one = icmp eq i64 %b, -1
  br i1 %minus.one, label %keep, label %divide

keep:
  br label %end

divide:
  %quotient = sdiv i64 %a, %b
  br label %end

end:
  %result = phi i64 [ %a, %keep ], [ %quotient, %divide ]
  ret i64 %result
}
