; ModuleID = 'program'
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"

; Function Attrs: nofree norecurse nosync nounwind memory(argmem: readwrite) uwtable
define dso_local void @adjust_samples(i64 noundef %0, i64 noundef %1, i64 noundef %2, ptr nocapture noundef readonly %3, ptr nocapture noundef %4, ptr nocapture noundef writeonly %5, i64 noundef %6) local_unnamed_addr #0 {
.preheader84.lr.ph:
  %.not = icmp eq i64 %0, 0
  %.not90 = icmp eq i64 %1, 0
  %.not91 = icmp eq i64 %2, 0
  %7 = icmp ugt i64 %6, 4
  %8 = shl i64 %6, 4
  %9 = trunc i64 %6 to i32
  %10 = and i32 %9, 7
  %xtraiter = and i64 %2, 1
  %11 = icmp eq i64 %2, 1
  %unroll_iter = and i64 %2, -2
  %lcmp.mod.not = icmp eq i64 %xtraiter, 0
  br label %.preheader.lr.ph

.preheader.lr.ph:                                 ; preds = %._crit_edge87, %.preheader84.lr.ph
  %.088 = phi i64 [ 0, %.preheader84.lr.ph ], [ %15, %._crit_edge87 ]
  %12 = mul i64 %.088, %1
  br label %.lr.ph

._crit_edge89:                                    ; preds = %._crit_edge87
  ret void

.lr.ph:                                           ; preds = %._crit_edge, %.preheader.lr.ph
  %.07886 = phi i64 [ 0, %.preheader.lr.ph ], [ %38, %._crit_edge ]
  %13 = add i64 %.07886, %12
  %14 = mul i64 %13, %2
  br label %.lr.ph.new

._crit_edge87:                                    ; preds = %._crit_edge
  %15 = add nuw i64 %.088, 1
  %exitcond93.not = icmp eq i64 %15, %0
  br i1 %exitcond93.not, label %._crit_edge89, label %.preheader.lr.ph, !llvm.loop !4

._crit_edge.loopexit.unr-lcssa:                   ; preds = %.lr.ph.new
  br i1 %lcmp.mod.not, label %._crit_edge, label %.epil.preheader

.epil.preheader:                                  ; preds = %._crit_edge.loopexit.unr-lcssa
  %16 = add i64 %82, %14
  %17 = getelementptr inbounds i32, ptr %3, i64 %16
  %18 = load i32, ptr %17, align 4, !tbaa !6
  %19 = sext i32 %18 to i64
  %20 = icmp uge i64 %82, %19
  %or.cond.epil = and i1 %7, %20
  %21 = icmp ult i64 %82, %6
  %22 = select i1 %21, i64 %82, i64 %8
  %23 = or i64 %22, %19
  %24 = urem i64 %23, 3
  %25 = getelementptr inbounds i32, ptr %4, i64 %16
  %26 = load i32, ptr %25, align 4, !tbaa !6
  %27 = trunc nuw nsw i64 %24 to i32
  %28 = add i32 %26, %27
  store i32 %28, ptr %25, align 4, !tbaa !6
  %29 = load i32, ptr %17, align 4, !tbaa !6
  %30 = icmp sgt i32 %29, -1
  br i1 %30, label %31, label %._crit_edge.loopexit.epilog-lcssa

31:                                               ; preds = %.epil.preheader
  %32 = zext nneg i32 %29 to i64
  %33 = add i64 %32, %6
  %34 = tail call noundef i64 @llvm.umax.i64(i64 %33, i64 10)
  %35 = tail call noundef i64 @llvm.umin.i64(i64 %34, i64 200)
  %36 = trunc nuw nsw i64 %35 to i32
  br label %._crit_edge.loopexit.epilog-lcssa

._crit_edge.loopexit.epilog-lcssa:                ; preds = %31, %.epil.preheader
  %.sink.epil = phi i32 [ %36, %31 ], [ %10, %.epil.preheader ]
  %37 = getelementptr inbounds i32, ptr %5, i64 %16
  store i32 %.sink.epil, ptr %37, align 4
  br label %._crit_edge

._crit_edge:                                      ; preds = %._crit_edge.loopexit.epilog-lcssa, %._crit_edge.loopexit.unr-lcssa
  %38 = add nuw i64 %.07886, 1
  %exitcond92.not = icmp eq i64 %38, %1
  br i1 %exitcond92.not, label %._crit_edge87, label %.lr.ph, !llvm.loop !10

.lr.ph.new:                                       ; preds = %.lr.ph.new, %.lr.ph
  %.07985 = phi i64 [ %82, %.lr.ph.new ], [ 0, %.lr.ph ]
  %niter = phi i64 [ %niter.next.1, %.lr.ph.new ], [ 0, %.lr.ph ]
  %39 = add i64 %.07985, %14
  %40 = getelementptr inbounds i32, ptr %3, i64 %39
  %41 = load i32, ptr %40, align 4, !tbaa !6
  %42 = sext i32 %41 to i64
  %43 = icmp uge i64 %.07985, %42
  %or.cond = and i1 %7, %43
  %44 = icmp ult i64 %.07985, %6
  %45 = select i1 %44, i64 %.07985, i64 %8
  %46 = or i64 %45, %42
  %47 = urem i64 %46, 3
  %48 = getelementptr inbounds i32, ptr %4, i64 %39
  %49 = load i32, ptr %48, align 4, !tbaa !6
  %50 = trunc nuw nsw i64 %47 to i32
  %51 = add i32 %49, %50
  store i32 %51, ptr %48, align 4, !tbaa !6
  %52 = load i32, ptr %40, align 4, !tbaa !6
  %53 = icmp sgt i32 %52, -1
  %54 = zext nneg i32 %52 to i64
  %55 = add i64 %54, %6
  %56 = tail call noundef i64 @llvm.umax.i64(i64 %55, i64 10)
  %57 = tail call noundef i64 @llvm.umin.i64(i64 %56, i64 200)
  %58 = trunc nuw nsw i64 %57 to i32
  %59 = getelementptr inbounds i32, ptr %5, i64 %39
  store i32 %58, ptr %59, align 4
  %60 = or disjoint i64 %.07985, 1
  %61 = add i64 %60, %14
  %62 = getelementptr inbounds i32, ptr %3, i64 %61
  %63 = load i32, ptr %62, align 4, !tbaa !6
  %64 = sext i32 %63 to i64
  %65 = icmp uge i64 %60, %64
  %or.cond.1 = and i1 %7, %65
  %66 = icmp ult i64 %60, %6
  %67 = select i1 %66, i64 %60, i64 %8
  %68 = or i64 %67, %64
  %69 = urem i64 %68, 3
  %70 = getelementptr inbounds i32, ptr %4, i64 %61
  %71 = load i32, ptr %70, align 4, !tbaa !6
  %72 = trunc nuw nsw i64 %69 to i32
  %73 = add i32 %71, %72
  store i32 %73, ptr %70, align 4, !tbaa !6
  %74 = load i32, ptr %62, align 4, !tbaa !6
  %75 = icmp sgt i32 %74, -1
  %76 = zext nneg i32 %74 to i64
  %77 = add i64 %76, %6
  %78 = tail call noundef i64 @llvm.umax.i64(i64 %77, i64 10)
  %79 = tail call noundef i64 @llvm.umin.i64(i64 %78, i64 200)
  %80 = trunc nuw nsw i64 %79 to i32
  %81 = getelementptr inbounds i32, ptr %5, i64 %61
  store i32 %80, ptr %81, align 4
  %82 = add nuw i64 %.07985, 2
  %niter.next.1 = add i64 %niter, 2
  %niter.ncmp.1 = icmp eq i64 %niter.next.1, %unroll_iter
  br i1 %niter.ncmp.1, label %._crit_edge.loopexit.unr-lcssa, label %.lr.ph.new, !llvm.loop !11
}

; Function Attrs: nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare i64 @llvm.umin.i64(i64, i64) #1

; Function Attrs: nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare i64 @llvm.umax.i64(i64, i64) #1

attributes #0 = { nofree norecurse nosync nounwind memory(argmem: readwrite) uwtable "min-legal-vector-width"="0" "no-trapping-math"="true" "stack-protector-buffer-size"="8" }
attributes #1 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }

!llvm.module.flags = !{!0, !1, !2, !3}

!0 = !{i32 1, !"wchar_size", i32 4}
!1 = !{i32 8, !"PIC Level", i32 2}
!2 = !{i32 7, !"PIE Level", i32 2}
!3 = !{i32 7, !"uwtable", i32 2}
!4 = distinct !{!4, !5}
!5 = !{!"llvm.loop.mustprogress"}
!6 = !{!7, !7, i64 0}
!7 = !{!"int", !8, i64 0}
!8 = !{!"omnipotent char", !9, i64 0}
!9 = !{!"Simple C/C++ TBAA"}
!10 = distinct !{!10, !5}
!11 = distinct !{!11, !5}
