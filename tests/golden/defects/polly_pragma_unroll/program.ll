; ModuleID = 'advance_agents_1000022'
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"

%struct.body = type { float, i32, float, float, float, float, float }

define void @advance_agents(i64 %0, ptr %1, float %2) {
  br label %4

4:                                                ; preds = %6, %3
  %.07 = phi i64 [ 0, %3 ], [ %9, %6 ]
  %5 = icmp ult i64 %.07, %0
  br i1 %5, label %6, label %10

6:                                                ; preds = %4
  %7 = load float, ptr %1, align 4
  %8 = call float @llvm.fmuladd.f32(float %2, float 0.000000e+00, float %7)
  store float %8, ptr %1, align 4
  %9 = add i64 %.07, 1
  br label %4, !llvm.loop !0

10:                                               ; preds = %12, %4
  %.0 = phi i64 [ %13, %12 ], [ %0, %4 ]
  %.not = icmp eq i64 %.0, 0
  br i1 %.not, label %11, label %12

11:                                               ; preds = %10
  ret void

12:                                               ; preds = %10
  %13 = add i64 %.0, -1
  %14 = getelementptr %struct.body, ptr null, i64 %13, i32 2
  store float 0.000000e+00, ptr %14, align 4
  br label %10
}

; Function Attrs: nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare float @llvm.fmuladd.f32(float, float, float) #0

attributes #0 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }

!0 = distinct !{!0, !1, !2}
!1 = !{!"llvm.loop.mustprogress"}
!2 = !{!"llvm.loop.unroll.full"}
