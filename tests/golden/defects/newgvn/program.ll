; ModuleID = 'program'
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"

; Function Attrs: norecurse nosync nounwind  uwtable
define dso_local void @multiply_basis(i32 %0, i32 %1, i32 %2, ptr %3, ptr %4, ptr %5) #0 {
  %7 = alloca i32, align 4
  %8 = alloca i32, align 4
  %9 = alloca i32, align 4
  %10 = alloca ptr, align 8
  %11 = alloca ptr, align 8
  %12 = alloca ptr, align 8
  %13 = alloca i32, align 4
  %14 = alloca i32, align 4
  %15 = alloca i32, align 4
  %16 = alloca i32, align 4
  call void @llvm.lifetime.start.p0(i64 4, ptr align 4 %13) #2
  br label %17

17:                                               ; preds = %32, %6
  %18 = phi ptr [ %26, %32 ], [ %5, %6 ]
  %19 = phi i32 [ %27, %32 ], [ %1, %6 ]
  %20 = phi i32 [ %30, %32 ], [ %2, %6 ]
  %21 = phi i32 [ %33, %32 ], [ 0, %6 ]
  %22 = icmp slt i32 %21, %20
  br i1 %22, label %24, label %23

23:                                               ; preds = %17
  call void @llvm.lifetime.end.p0(i64 4, ptr align 4 %13) #2
  ret void

24:                                               ; preds = %17
  call void @llvm.lifetime.start.p0(i64 4, ptr align 4 %15) #2
  br label %25

25:                                               ; preds = %42, %24
  %26 = phi ptr [ %36, %42 ], [ %18, %24 ]
  %27 = phi i32 [ %37, %42 ], [ %19, %24 ]
  %28 = phi i32 [ %39, %42 ], [ %21, %24 ]
  %29 = phi i32 [ %43, %42 ], [ 0, %24 ]
  %30 = phi i32 [ %40, %42 ], [ %20, %24 ]
  %31 = icmp slt i32 %29, %0
  br i1 %31, label %34, label %32

32:                                               ; preds = %25
  call void @llvm.lifetime.end.p0(i64 4, ptr align 4 %15) #2
  %33 = add nsw i32 %28, 1
  br label %17, !llvm.loop !5

34:                                               ; preds = %25
  call void @llvm.lifetime.start.p0(i64 4, ptr %16) #2
  br label %35

35:                                               ; preds = %44, %34
  %36 = phi ptr [ %5, %44 ], [ %26, %34 ]
  %37 = phi i32 [ %1, %44 ], [ %27, %34 ]
  %38 = phi i32 [ %66, %44 ], [ 0, %34 ]
  %39 = phi i32 [ %21, %44 ], [ %28, %34 ]
  %40 = phi i32 [ %2, %44 ], [ %30, %34 ]
  %41 = icmp slt i32 %38, %37
  br i1 %41, label %44, label %42

42:                                               ; preds = %35
  call void @llvm.lifetime.end.p0(i64 4, ptr %16) #2
  %43 = add nsw i32 %29, 1
  br label %25, !llvm.loop !7

44:                                               ; preds = %35
  %45 = mul nsw i32 %29, %37
  %46 = add nsw i32 %45, %38
  %47 = sext i32 %46 to i64
  %48 = getelementptr inbounds i32, ptr %36, i64 %47
  %49 = load i32, ptr %48, align 4
  %50 = mul nsw i32 %29, %2
  %51 = add nsw i32 %50, %39
  %52 = sext i32 %51 to i64
  %53 = getelementptr inbounds i32, ptr %3, i64 %52
  %54 = load i32, ptr %53, align 4
  %55 = mul nsw i32 %21, %37
  %56 = add nsw i32 %55, %38
  %57 = sext i32 %56 to i64
  %58 = getelementptr inbounds i32, ptr %4, i64 %57
  %59 = load i32, ptr %58, align 4
  %60 = mul i32 %54, %59
  %61 = add i32 %49, %60
  %62 = mul nsw i32 %29, %1
  %63 = add nsw i32 %62, %38
  %64 = sext i32 %63 to i64
  %65 = getelementptr inbounds i32, ptr %5, i64 %64
  store i32 %61, ptr %65, align 4
  %66 = add nsw i32 %38, 1
  br label %35, !llvm.loop !12
}

; Function Attrs: nocallback nosync nounwind willreturn 
declare void @llvm.lifetime.start.p0(i64 immarg, ptr) #1

; Function Attrs: nocallback nosync nounwind willreturn 
declare void @llvm.lifetime.end.p0(i64 immarg, ptr) #1

attributes #0 = { norecurse nosync nounwind  uwtable "min-legal-vector-width"="0" "no-trapping-math"="true" "stack-protector-buffer-size"="8" }
attributes #1 = { nocallback nosync nounwind willreturn  }
attributes #2 = { nounwind }

!llvm.module.flags = !{!0, !1, !2, !3}
!llvm.ident = !{!4}

!0 = !{i32 1, !"wchar_size", i32 4}
!1 = !{i32 8, !"PIC Level", i32 2}
!2 = !{i32 7, !"PIE Level", i32 2}
!3 = !{i32 7, !"uwtable", i32 2}
!4 = !{!"Debian clang version 19.1.7 (3~deb12u1)"}
!5 = distinct !{!5, !6}
!6 = !{!"llvm.loop.mustprogress"}
!7 = distinct !{!7, !6}
!8 = !{!9, !9, i64 0}
!9 = !{!"int", !10, i64 0}
!10 = !{!"omnipotent char", !11, i64 0}
!11 = !{!"Simple C/C++ TBAA"}
!12 = distinct !{!12, !6}
