target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"

@g_108 = global [2 x { i8, i8, i32, i8, i8, i64, i8, i8, i8, i8, i8, i8, i8 }] [{ i8, i8, i32, i8, i8, i64, i8, i8, i8, i8, i8, i8, i8 } { i8 4, i8 0, i32 0, i8 40, i8 0, i64 -9, i8 60, i8 5, i8 0, i8 0, i8 20, i8 8, i8 0 }, { i8, i8, i32, i8, i8, i64, i8, i8, i8, i8, i8, i8, i8 } { i8 4, i8 0, i32 0, i8 40, i8 0, i64 -9, i8 60, i8 5, i8 0, i8 0, i8 20, i8 8, i8 0 }]
@g_120 = external global <{ i16, i8, i32, i64, i16, i32, i8, i8, i8, i8, i8, i8 }>

define i32 @csmith_program() {
  ret i32 0
}

define i64 @func_1(i8 %0) {
  br label %2

2:                                                ; preds = %9, %1
  %3 = phi i32 [ 0, %1 ], [ %10, %9 ]
  %4 = icmp sgt i32 %3, -7
  br i1 %4, label %5, label %11

5:                                                ; preds = %2
  %.not30 = icmp eq i8 %0, 0
  br i1 %.not30, label %9, label %6

6:                                                ; preds = %5
  %7 = load i16, ptr @g_108, align 16
  %8 = xor i16 %7, 1
  store i16 %8, ptr @g_108, align 16
  store i8 0, ptr @g_120, align 1
  br label %9

9:                                                ; preds = %6, %5
  %10 = call i32 @safe_sub_func_int32_t_s_s(i32 %3)
  br label %2

11:                                               ; preds = %2
  ret i64 0
}

define i32 @safe_sub_func_int32_t_s_s(i32 %0) {
  %2 = add i32 %0, -1
  ret i32 %2
}
