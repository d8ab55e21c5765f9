; ModuleID = 'program'
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"

; Function Attrs: nounwind uwtable
define void @balance_series(ptr noundef %0, ptr noundef %1, ptr noundef %2) #0 {
  br label %4

4:                                                ; preds = %6, %3
  %.0 = phi i32 [ %16, %6 ], [ 2, %3 ]
  %5 = icmp ult i32 %.0, 65534
  br i1 %5, label %6, label %17

6:                                                ; preds = %4
  %7 = zext nneg i32 %.0 to i64
  %8 = getelementptr inbounds double, ptr %1, i64 %7
  %9 = load double, ptr %8, align 8
  %10 = getelementptr double, ptr %2, i64 %7
  %11 = getelementptr i8, ptr %10, i64 -16
  %12 = load double, ptr %11, align 8
  %13 = call double @response(double noundef 0.000000e+00, double noundef %9, double noundef %12)
  %14 = load double, ptr %10, align 8
  %15 = fmul double %14, %13
  store double %15, ptr %10, align 8
  %16 = add nuw nsw i32 %.0, 1
  br label %4

17:                                               ; preds = %4
  ret void
}

; Function Attrs: inlinehint nounwind uwtable
define double @lesser_double() #1 {
  ret double 0.000000e+00
}

; Function Attrs: inlinehint nounwind uwtable
define double @greater_double(double noundef %0, double noundef %1) #1 {
  %3 = fcmp ogt double %0, %1
  %. = select i1 %3, double %0, double %1
  ret double %.
}

; Function Attrs: nounwind
declare double @sqrt() #2

; Function Attrs: nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare double @llvm.fabs.f64(double) #3

; Function Attrs: nounwind uwtable
define double @response(double noundef %0, double noundef %1, double noundef %2) #0 {
  %4 = fcmp olt double %2, %1
  %5 = select i1 %4, double %2, double 0.000000e+00
  %6 = call double @greater_double(double noundef %5, double noundef 0.000000e+00)
  ret double %6
}

attributes #0 = { nounwind uwtable "min-legal-vector-width"="0" "no-trapping-math"="true" "stack-protector-buffer-size"="8" }
attributes #1 = { inlinehint nounwind uwtable "min-legal-vector-width"="0" "no-trapping-math"="true" "stack-protector-buffer-size"="8" }
attributes #2 = { nounwind "no-trapping-math"="true" "stack-protector-buffer-size"="8" }
attributes #3 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }
