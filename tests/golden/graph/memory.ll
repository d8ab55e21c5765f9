; Variables in memory as a front end leaves them, a merge of two stores, a store between that does not clobber, a call of a
; defined function, a global and a constant expression.
target triple = "x86_64-unknown-linux-gnu"

@table = internal constant [4 x i32] [i32 1, i32 2, i32 3, i32 4], align 16
@count = global i32 0, align 4

define i32 @choose(i32 %x, ptr %out) {
entry:
  %slot = alloca i32, align 4
  %other = alloca i32, align 4
  %c = icmp sgt i32 %x, 7
  br i1 %c, label %yes, label %no
yes:
  store i32 %x, ptr %slot, align 4
  br label %both
no:
  store i32 -3, ptr %slot, align 4
  br label %both
both:
  store i32 1, ptr %other, align 4
  %v = load i32, ptr %slot, align 4
  %t = load i32, ptr getelementptr inbounds (i8, ptr @table, i64 8), align 4
  %s = add nsw i32 %v, %t
  %r = call i32 @bump(i32 %s)
  ret i32 %r
}

define internal i32 @bump(i32 %by) {
  %old = load volatile i32, ptr @count, align 4
  %new = add i32 %old, %by
  store volatile i32 %new, ptr @count, align 4
  ret i32 %new
}
