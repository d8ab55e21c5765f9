; ModuleID = 'program'
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"

%union.U3 = type { i32 }
%struct.S0 = type <{ i32, i32, i8 }>
%union.U2 = type { i32 }
%union.U1 = type { ptr }

@g_6 = internal global i32 -1969966421, align 4
@.str = private unnamed_addr constant [4 x i8] c"g_6\00", align 1
@g_47 = internal global i8 -1, align 1
@.str.1 = private unnamed_addr constant [5 x i8] c"g_47\00", align 1
@g_50 = internal global %union.U3 { i32 -991441714 }, align 4
@.str.2 = private unnamed_addr constant [8 x i8] c"g_50.f0\00", align 1
@.str.3 = private unnamed_addr constant [8 x i8] c"g_50.f1\00", align 1
@.str.4 = private unnamed_addr constant [8 x i8] c"g_50.f2\00", align 1
@g_53 = internal global [8 x i32] [i32 633035303, i32 633035303, i32 633035303, i32 633035303, i32 633035303, i32 633035303, i32 633035303, i32 633035303], align 16
@.str.5 = private unnamed_addr constant [8 x i8] c"g_53[i]\00", align 1
@g_57 = internal global i16 8489, align 2
@.str.6 = private unnamed_addr constant [5 x i8] c"g_57\00", align 1
@g_92 = internal global %struct.S0 <{ i32 -1248248262, i32 -1, i8 7 }>, align 1
@.str.7 = private unnamed_addr constant [8 x i8] c"g_92.f0\00", align 1
@.str.8 = private unnamed_addr constant [8 x i8] c"g_92.f1\00", align 1
@.str.9 = private unnamed_addr constant [8 x i8] c"g_92.f2\00", align 1
@g_93 = internal global [10 x [5 x %union.U2]] [[5 x %union.U2] [%union.U2 { i32 -1 }, %union.U2 { i32 -2108307158 }, %union.U2 { i32 -1342916842 }, %union.U2 { i32 -1732860383 }, %union.U2 { i32 6 }], [5 x %union.U2] [%union.U2 { i32 848808765 }, %union.U2 { i32 -914243359 }, %union.U2 { i32 -1342916842 }, %union.U2 { i32 -1 }, %union.U2 { i32 -1 }], [5 x %union.U2] [%union.U2 { i32 -1342916842 }, %union.U2 { i32 104963503 }, %union.U2 { i32 -1342916842 }, %union.U2 { i32 961129183 }, %union.U2 { i32 54796751 }], [5 x %union.U2] [%union.U2 { i32 6 }, %union.U2 zeroinitializer, %union.U2 { i32 -1342916842 }, %union.U2 { i32 848808765 }, %union.U2 { i32 -1 }], [5 x %union.U2] [%union.U2 { i32 1 }, %union.U2 { i32 1605843094 }, %union.U2 { i32 1 }, %union.U2 { i32 6 }, %union.U2 { i32 2028484902 }], [5 x %union.U2] [%union.U2 { i32 9 }, %union.U2 { i32 3 }, %union.U2 { i32 1 }, %union.U2 { i32 -1 }, %union.U2 { i32 6 }], [5 x %union.U2] [%union.U2 { i32 1 }, %union.U2 { i32 1 }, %union.U2 { i32 1 }, %union.U2 { i32 -1342916842 }, %union.U2 { i32 -1342916842 }], [5 x %union.U2] [%union.U2 { i32 1 }, %union.U2 { i32 1101109658 }, %union.U2 { i32 1 }, %union.U2 { i32 2028484902 }, %union.U2 { i32 848808765 }], [5 x %union.U2] [%union.U2 { i32 610628702 }, %union.U2 { i32 4 }, %union.U2 { i32 1 }, %union.U2 { i32 848808765 }, %union.U2 { i32 -1 }], [5 x %union.U2] [%union.U2 { i32 1 }, %union.U2 { i32 1605843094 }, %union.U2 { i32 1 }, %union.U2 { i32 6 }, %union.U2 { i32 2028484902 }]], align 16
@.str.10 = private unnamed_addr constant [14 x i8] c"g_93[i][j].f0\00", align 1
@g_96 = internal global %union.U3 { i32 -7667058 }, align 4
@.str.11 = private unnamed_addr constant [8 x i8] c"g_96.f0\00", align 1
@.str.12 = private unnamed_addr constant [8 x i8] c"g_96.f1\00", align 1
@.str.13 = private unnamed_addr constant [8 x i8] c"g_96.f2\00", align 1
@g_105 = internal global i32 1, align 4
@.str.14 = private unnamed_addr constant [6 x i8] c"g_105\00", align 1
@g_108 = internal global i16 0, align 2
@.str.15 = private unnamed_addr constant [6 x i8] c"g_108\00", align 1
@g_113 = internal global [2 x [4 x i32]] [[4 x i32] [i32 6, i32 6, i32 6, i32 6], [4 x i32] [i32 6, i32 6, i32 6, i32 6]], align 16
@.str.16 = private unnamed_addr constant [12 x i8] c"g_113[i][j]\00", align 1
@g_115 = internal global [3 x %struct.S0] [%struct.S0 <{ i32 1, i32 1626564670, i8 0 }>, %struct.S0 <{ i32 1, i32 1626564670, i8 0 }>, %struct.S0 <{ i32 1, i32 1626564670, i8 0 }>], align 16
@.str.17 = private unnamed_addr constant [12 x i8] c"g_115[i].f0\00", align 1
@.str.18 = private unnamed_addr constant [12 x i8] c"g_115[i].f1\00", align 1
@.str.19 = private unnamed_addr constant [12 x i8] c"g_115[i].f2\00", align 1
@g_123 = internal global i16 7, align 2
@.str.20 = private unnamed_addr constant [6 x i8] c"g_123\00", align 1
@g_138 = internal constant %struct.S0 <{ i32 -6, i32 14716135, i8 0 }>, align 1
@.str.21 = private unnamed_addr constant [9 x i8] c"g_138.f0\00", align 1
@.str.22 = private unnamed_addr constant [9 x i8] c"g_138.f1\00", align 1
@.str.23 = private unnamed_addr constant [9 x i8] c"g_138.f2\00", align 1
@crc32_context = internal global i32 -1, align 4
@crc32_tab = internal global [256 x i32] zeroinitializer, align 16
@g_76 = internal global %union.U1 zeroinitializer, align 8
@g_34 = internal global ptr null, align 8
@g_48 = internal global ptr @g_47, align 8
@g_52 = internal global [8 x ptr] [ptr getelementptr (i8, ptr @g_53, i64 16), ptr getelementptr (i8, ptr @g_53, i64 16), ptr getelementptr (i8, ptr @g_53, i64 16), ptr getelementptr (i8, ptr @g_53, i64 16), ptr getelementptr (i8, ptr @g_53, i64 16), ptr getelementptr (i8, ptr @g_53, i64 16), ptr getelementptr (i8, ptr @g_53, i64 16), ptr getelementptr (i8, ptr @g_53, i64 16)], align 16
@__const.func_27.l_114 = private unnamed_addr constant [9 x [5 x [5 x i32]]] [[5 x [5 x i32]] [[5 x i32] [i32 0, i32 6, i32 1, i32 6, i32 0], [5 x i32] [i32 599217077, i32 1, i32 -1757922115, i32 -7, i32 -7], [5 x i32] [i32 1, i32 6, i32 1, i32 1, i32 1], [5 x i32] [i32 599217077, i32 -7, i32 1, i32 1, i32 -7], [5 x i32] [i32 0, i32 1, i32 1, i32 1, i32 0]], [5 x [5 x i32]] [[5 x i32] [i32 -7, i32 1, i32 1, i32 -7, i32 599217077], [5 x i32] [i32 1, i32 1, i32 1, i32 6, i32 1], [5 x i32] [i32 -7, i32 -7, i32 -1757922115, i32 1, i32 599217077], [5 x i32] [i32 0, i32 6, i32 1, i32 6, i32 0], [5 x i32] [i32 599217077, i32 1, i32 -1757922115, i32 -7, i32 -7]], [5 x [5 x i32]] [[5 x i32] [i32 1, i32 6, i32 1, i32 1, i32 1], [5 x i32] [i32 599217077, i32 -7, i32 1, i32 1, i32 -7], [5 x i32] [i32 0, i32 1, i32 1, i32 1, i32 0], [5 x i32] [i32 -7, i32 1, i32 1, i32 -7, i32 599217077], [5 x i32] [i32 1, i32 1, i32 1, i32 6, i32 1]], [5 x [5 x i32]] [[5 x i32] [i32 -7, i32 -7, i32 -1757922115, i32 1, i32 599217077], [5 x i32] [i32 0, i32 6, i32 1, i32 6, i32 0], [5 x i32] [i32 599217077, i32 1, i32 -1757922115, i32 -7, i32 -7], [5 x i32] [i32 1, i32 6, i32 1, i32 1, i32 1], [5 x i32] [i32 599217077, i32 -7, i32 1, i32 1, i32 -7]], [5 x [5 x i32]] [[5 x i32] [i32 0, i32 1, i32 1, i32 1, i32 0], [5 x i32] [i32 -7, i32 1, i32 1, i32 -7, i32 599217077], [5 x i32] [i32 1, i32 1, i32 1, i32 6, i32 1], [5 x i32] [i32 -7, i32 -7, i32 -1757922115, i32 1, i32 599217077], [5 x i32] [i32 0, i32 6, i32 1, i32 6, i32 0]], [5 x [5 x i32]] [[5 x i32] [i32 599217077, i32 1, i32 -1757922115, i32 -7, i32 -7], [5 x i32] [i32 1, i32 6, i32 1, i32 1, i32 1], [5 x i32] [i32 599217077, i32 -7, i32 1, i32 1, i32 -7], [5 x i32] [i32 0, i32 1, i32 1, i32 1, i32 0], [5 x i32] [i32 -7, i32 1, i32 1, i32 -7, i32 599217077]], [5 x [5 x i32]] [[5 x i32] [i32 1, i32 1, i32 1, i32 6, i32 1], [5 x i32] [i32 -7, i32 -7, i32 -1757922115, i32 1, i32 599217077], [5 x i32] [i32 0, i32 6, i32 1, i32 6, i32 0], [5 x i32] [i32 599217077, i32 1, i32 -1757922115, i32 -7, i32 -7], [5 x i32] [i32 1, i32 6, i32 1, i32 1, i32 1]], [5 x [5 x i32]] [[5 x i32] [i32 599217077, i32 -7, i32 1, i32 1, i32 -7], [5 x i32] [i32 0, i32 1, i32 1, i32 1, i32 0], [5 x i32] [i32 -7, i32 1, i32 1, i32 -7, i32 599217077], [5 x i32] [i32 1, i32 1, i32 1, i32 6, i32 1], [5 x i32] [i32 -7, i32 -7, i32 -1757922115, i32 1, i32 599217077]], [5 x [5 x i32]] [[5 x i32] [i32 0, i32 6, i32 1, i32 6, i32 0], [5 x i32] [i32 599217077, i32 1, i32 -1757922115, i32 -7, i32 -7], [5 x i32] [i32 1, i32 6, i32 1, i32 1, i32 1], [5 x i32] [i32 599217077, i32 -7, i32 1, i32 1, i32 -7], [5 x i32] [i32 0, i32 1, i32 1, i32 1, i32 0]]], align 16
@g_69 = internal global ptr getelementptr (i8, ptr @g_52, i64 32), align 8
@__const.func_27.l_130 = private unnamed_addr constant [6 x [9 x ptr]] [[9 x ptr] [ptr getelementptr (i8, ptr @g_53, i64 16), ptr @g_115, ptr getelementptr (i8, ptr @g_113, i64 24), ptr @g_115, ptr getelementptr (i8, ptr @g_53, i64 16), ptr getelementptr (i8, ptr @g_53, i64 16), ptr @g_115, ptr getelementptr (i8, ptr @g_113, i64 24), ptr @g_115], [9 x ptr] [ptr @g_115, ptr null, ptr getelementptr (i8, ptr @g_113, i64 24), ptr getelementptr (i8, ptr @g_113, i64 24), ptr null, ptr @g_115, ptr null, ptr getelementptr (i8, ptr @g_113, i64 24), ptr getelementptr (i8, ptr @g_113, i64 24)], [9 x ptr] [ptr getelementptr (i8, ptr @g_53, i64 16), ptr getelementptr (i8, ptr @g_53, i64 16), ptr @g_115, ptr getelementptr (i8, ptr @g_113, i64 24), ptr @g_115, ptr getelementptr (i8, ptr @g_53, i64 16), ptr getelementptr (i8, ptr @g_53, i64 16), ptr @g_115, ptr getelementptr (i8, ptr @g_113, i64 24)], [9 x ptr] [ptr @g_115, ptr null, ptr @g_115, ptr @g_115, ptr @g_115, ptr @g_115, ptr null, ptr @g_115, ptr @g_115], [9 x ptr] [ptr @g_115, ptr @g_115, ptr @g_115, ptr @g_115, ptr null, ptr @g_115, ptr @g_115, ptr @g_115, ptr @g_115], [9 x ptr] [ptr getelementptr (i8, ptr @g_53, i64 16), ptr @g_115, ptr getelementptr (i8, ptr @g_113, i64 24), ptr @g_115, ptr getelementptr (i8, ptr @g_53, i64 16), ptr getelementptr (i8, ptr @g_53, i64 16), ptr @g_115, ptr getelementptr (i8, ptr @g_113, i64 24), ptr @g_115]], align 16
@g_149 = internal global ptr @g_52, align 8
@__const.func_27.l_164 = private unnamed_addr constant [6 x ptr] [ptr @g_115, ptr @g_113, ptr @g_115, ptr @g_115, ptr @g_113, ptr @g_115], align 16
@g_171 = internal constant ptr @g_115, align 8
@g_189 = internal global ptr getelementptr (i8, ptr @g_190, i64 1056), align 8
@__const.func_27.l_197 = private unnamed_addr constant [3 x [7 x [9 x i32]]] [[7 x [9 x i32]] [[9 x i32] [i32 42459392, i32 -10, i32 -1, i32 0, i32 0, i32 0, i32 0, i32 -1, i32 -10], [9 x i32] [i32 0, i32 -617083823, i32 1, i32 -4, i32 0, i32 -5, i32 380704719, i32 -57892894, i32 -1], [9 x i32] [i32 0, i32 215777476, i32 0, i32 -1742642743, i32 2, i32 1621194105, i32 7, i32 0, i32 0], [9 x i32] [i32 1016036234, i32 -617083823, i32 5, i32 1, i32 9, i32 1115766198, i32 603133118, i32 -4, i32 0], [9 x i32] [i32 1621194105, i32 -10, i32 1469422462, i32 0, i32 1, i32 1, i32 1, i32 0, i32 1469422462], [9 x i32] [i32 1, i32 1, i32 723708820, i32 -1511672513, i32 1, i32 -57892894, i32 5, i32 -570662564, i32 1], [9 x i32] [i32 9, i32 -1383188368, i32 -1094939222, i32 7, i32 -501527986, i32 -1300302179, i32 -1828869148, i32 0, i32 0]], [7 x [9 x i32]] [[9 x i32] [i32 502610544, i32 1, i32 723708820, i32 0, i32 -1, i32 1, i32 0, i32 4, i32 1], [9 x i32] [i32 307221346, i32 0, i32 1469422462, i32 -1300302179, i32 1, i32 -728967113, i32 -728967113, i32 1, i32 -1300302179], [9 x i32] [i32 5, i32 -3, i32 5, i32 -5, i32 502610544, i32 0, i32 -4, i32 0, i32 9], [9 x i32] [i32 -290390693, i32 0, i32 0, i32 -6, i32 -1300302179, i32 -4, i32 1, i32 0, i32 0], [9 x i32] [i32 0, i32 5, i32 1, i32 -5, i32 1, i32 380704719, i32 1, i32 -1, i32 -57892894], [9 x i32] [i32 0, i32 -4, i32 -1, i32 -1300302179, i32 -484313597, i32 -1094939222, i32 4, i32 -1094939222, i32 -484313597], [9 x i32] [i32 0, i32 -1, i32 -1, i32 0, i32 0, i32 1, i32 -570662564, i32 3, i32 1016036234]], [7 x [9 x i32]] [[9 x i32] [i32 729792420, i32 1621194105, i32 -728967113, i32 7, i32 -1383188368, i32 1, i32 -10, i32 -484313597, i32 -4], [9 x i32] [i32 -1, i32 -570662564, i32 603133118, i32 -1511672513, i32 0, i32 3, i32 9, i32 889280329, i32 2024386444], [9 x i32] [i32 -728967113, i32 -1828869148, i32 9, i32 0, i32 -484313597, i32 4, i32 0, i32 0, i32 4], [9 x i32] [i32 1, i32 1, i32 3, i32 1, i32 1, i32 0, i32 1115766198, i32 -1, i32 -1], [9 x i32] [i32 0, i32 -1, i32 729792420, i32 -1742642743, i32 -1300302179, i32 0, i32 -290390693, i32 0, i32 -728967113], [9 x i32] [i32 -1, i32 -3, i32 -1, i32 -4, i32 502610544, i32 0, i32 1, i32 723708820, i32 1115766198], [9 x i32] [i32 215777476, i32 -6, i32 0, i32 0, i32 0, i32 1469422462, i32 0, i32 0, i32 0]]], align 16
@__const.func_27.l_206 = private unnamed_addr constant [4 x [1 x [6 x ptr]]] [[1 x [6 x ptr]] [[6 x ptr] [ptr @g_76, ptr @g_76, ptr @g_76, ptr @g_76, ptr @g_76, ptr @g_76]], [1 x [6 x ptr]] [[6 x ptr] [ptr @g_76, ptr @g_76, ptr @g_76, ptr @g_76, ptr @g_76, ptr @g_76]], [1 x [6 x ptr]] [[6 x ptr] [ptr @g_76, ptr @g_76, ptr @g_76, ptr @g_76, ptr @g_76, ptr @g_76]], [1 x [6 x ptr]] [[6 x ptr] [ptr @g_76, ptr @g_76, ptr @g_76, ptr @g_76, ptr @g_76, ptr @g_76]]], align 16
@__const.func_27.l_208 = private unnamed_addr constant [5 x [7 x [7 x ptr]]] [[7 x [7 x ptr]] [[7 x ptr] [ptr @g_52, ptr @g_52, ptr null, ptr null, ptr null, ptr @g_52, ptr @g_52], [7 x ptr] [ptr @g_52, ptr null, ptr null, ptr null, ptr @g_52, ptr @g_52, ptr null], [7 x ptr] [ptr null, ptr @g_52, ptr null, ptr null, ptr null, ptr null, ptr @g_52], [7 x ptr] [ptr null, ptr @g_52, ptr null, ptr null, ptr @g_52, ptr null, ptr @g_52], [7 x ptr] [ptr null, ptr null, ptr null, ptr null, ptr @g_52, ptr null, ptr null], [7 x ptr] [ptr @g_52, ptr @g_52, ptr null, ptr null, ptr null, ptr @g_52, ptr @g_52], [7 x ptr] [ptr @g_52, ptr null, ptr null, ptr null, ptr @g_52, ptr @g_52, ptr null]], [7 x [7 x ptr]] [[7 x ptr] [ptr null, ptr @g_52, ptr null, ptr null, ptr null, ptr null, ptr @g_52], [7 x ptr] [ptr null, ptr @g_52, ptr null, ptr null, ptr @g_52, ptr null, ptr @g_52], [7 x ptr] [ptr null, ptr null, ptr null, ptr null, ptr @g_52, ptr null, ptr null], [7 x ptr] [ptr @g_52, ptr @g_52, ptr null, ptr null, ptr null, ptr @g_52, ptr @g_52], [7 x ptr] [ptr @g_52, ptr null, ptr null, ptr null, ptr @g_52, ptr @g_52, ptr null], [7 x ptr] [ptr null, ptr @g_52, ptr null, ptr null, ptr null, ptr null, ptr @g_52], [7 x ptr] [ptr null, ptr @g_52, ptr null, ptr null, ptr @g_52, ptr null, ptr @g_52]], [7 x [7 x ptr]] [[7 x ptr] [ptr null, ptr null, ptr null, ptr null, ptr @g_52, ptr null, ptr null], [7 x ptr] [ptr @g_52, ptr @g_52, ptr null, ptr null, ptr null, ptr @g_52, ptr @g_52], [7 x ptr] [ptr @g_52, ptr null, ptr null, ptr null, ptr @g_52, ptr @g_52, ptr null], [7 x ptr] [ptr null, ptr @g_52, ptr null, ptr null, ptr null, ptr null, ptr @g_52], [7 x ptr] [ptr null, ptr @g_52, ptr null, ptr null, ptr @g_52, ptr null, ptr @g_52], [7 x ptr] [ptr null, ptr null, ptr null, ptr null, ptr @g_52, ptr null, ptr null], [7 x ptr] [ptr @g_52, ptr @g_52, ptr null, ptr null, ptr null, ptr @g_52, ptr @g_52]], [7 x [7 x ptr]] [[7 x ptr] [ptr @g_52, ptr null, ptr null, ptr null, ptr @g_52, ptr @g_52, ptr null], [7 x ptr] [ptr null, ptr @g_52, ptr null, ptr null, ptr null, ptr null, ptr @g_52], [7 x ptr] [ptr null, ptr @g_52, ptr @g_52, ptr @g_52, ptr @g_52, ptr null, ptr @g_52], [7 x ptr] [ptr null, ptr null, ptr null, ptr null, ptr @g_52, ptr null, ptr null], [7 x ptr] [ptr null, ptr null, ptr null, ptr @g_52, ptr null, ptr null, ptr null], [7 x ptr] [ptr null, ptr null, ptr @g_52, ptr null, ptr null, ptr null, ptr null], [7 x ptr] [ptr null, ptr @g_52, ptr null, ptr null, ptr null, ptr null, ptr @g_52]], [7 x [7 x ptr]] [[7 x ptr] [ptr null, ptr @g_52, ptr @g_52, ptr @g_52, ptr @g_52, ptr null, ptr @g_52], [7 x ptr] [ptr null, ptr null, ptr null, ptr null, ptr @g_52, ptr null, ptr null], [7 x ptr] [ptr null, ptr null, ptr null, ptr @g_52, ptr null, ptr null, ptr null], [7 x ptr] [ptr null, ptr null, ptr @g_52, ptr null, ptr null, ptr null, ptr null], [7 x ptr] [ptr null, ptr @g_52, ptr null, ptr null, ptr null, ptr null, ptr @g_52], [7 x ptr] [ptr null, ptr @g_52, ptr @g_52, ptr @g_52, ptr @g_52, ptr null, ptr @g_52], [7 x ptr] [ptr null, ptr null, ptr null, ptr null, ptr @g_52, ptr null, ptr null]]], align 16
@g_174 = internal global ptr null, align 8
@g_212 = internal global ptr @g_115, align 8
@g_235 = internal global ptr getelementptr (i8, ptr @g_53, i64 16), align 8
@g_75 = internal global ptr @g_76, align 8
@__const.func_37.l_78 = private unnamed_addr constant [5 x i32] [i32 59293818, i32 59293818, i32 59293818, i32 59293818, i32 59293818], align 16
@g_49 = internal global ptr @g_50, align 8
@__const.func_42.l_61 = private unnamed_addr constant [9 x i32] [i32 1, i32 1, i32 1, i32 1, i32 1, i32 1, i32 1, i32 1, i32 1], align 16
@constinit = private constant [5 x ptr] [ptr getelementptr (i8, ptr @g_53, i64 8), ptr getelementptr (i8, ptr @g_53, i64 8), ptr getelementptr (i8, ptr @g_53, i64 8), ptr getelementptr (i8, ptr @g_53, i64 8), ptr getelementptr (i8, ptr @g_53, i64 8)], align 8
@__const.func_42.l_64 = private unnamed_addr constant [7 x [4 x i8]] [[4 x i8] c"\88\FA\FF\FE", [4 x i8] c"\FF\FE\FF\FA", [4 x i8] c"\88\FE\AD\FE", [4 x i8] c"\88\FA\FF\FE", [4 x i8] c"\FF\FE\FF\FA", [4 x i8] c"\88\FE\AD\FE", [4 x i8] c"\88\FA\FF\FE"], align 16
@g_190 = internal global [7 x [8 x [4 x ptr]]] [[8 x [4 x ptr]] [[4 x ptr] [ptr @g_96, ptr @g_50, ptr @g_96, ptr @g_50], [4 x ptr] [ptr null, ptr null, ptr @g_50, ptr @g_50], [4 x ptr] [ptr @g_50, ptr @g_96, ptr @g_50, ptr @g_50], [4 x ptr] [ptr @g_96, ptr @g_50, ptr @g_96, ptr @g_50], [4 x ptr] [ptr @g_96, ptr @g_96, ptr @g_50, ptr null], [4 x ptr] [ptr @g_50, ptr @g_50, ptr @g_50, ptr @g_96], [4 x ptr] [ptr null, ptr @g_50, ptr @g_96, ptr @g_50], [4 x ptr] [ptr @g_96, ptr @g_50, ptr @g_96, ptr null]], [8 x [4 x ptr]] [[4 x ptr] [ptr @g_96, ptr @g_50, ptr @g_96, ptr @g_50], [4 x ptr] [ptr @g_96, ptr @g_96, ptr @g_50, ptr @g_50], [4 x ptr] [ptr @g_96, ptr @g_50, ptr @g_50, ptr null], [4 x ptr] [ptr @g_96, ptr @g_50, ptr @g_50, ptr @g_50], [4 x ptr] [ptr @g_96, ptr @g_50, ptr @g_96, ptr @g_96], [4 x ptr] [ptr @g_50, ptr @g_50, ptr @g_50, ptr null], [4 x ptr] [ptr @g_50, ptr @g_96, ptr @g_96, ptr @g_50], [4 x ptr] [ptr @g_50, ptr @g_50, ptr @g_96, ptr @g_50]], [8 x [4 x ptr]] [[4 x ptr] [ptr @g_50, ptr @g_96, ptr @g_50, ptr @g_50], [4 x ptr] [ptr @g_50, ptr null, ptr @g_96, ptr @g_50], [4 x ptr] [ptr @g_96, ptr @g_50, ptr @g_50, ptr null], [4 x ptr] [ptr @g_96, ptr @g_96, ptr @g_50, ptr @g_50], [4 x ptr] [ptr @g_96, ptr null, ptr @g_50, ptr @g_96], [4 x ptr] [ptr @g_96, ptr null, ptr @g_96, ptr @g_50], [4 x ptr] [ptr @g_96, ptr @g_96, ptr @g_96, ptr null], [4 x ptr] [ptr @g_96, ptr @g_50, ptr @g_96, ptr @g_50]], [8 x [4 x ptr]] [[4 x ptr] [ptr null, ptr null, ptr @g_50, ptr @g_50], [4 x ptr] [ptr @g_50, ptr @g_96, ptr @g_50, ptr @g_50], [4 x ptr] [ptr @g_96, ptr @g_50, ptr @g_96, ptr @g_50], [4 x ptr] [ptr @g_96, ptr @g_96, ptr @g_50, ptr null], [4 x ptr] [ptr @g_50, ptr @g_50, ptr @g_50, ptr @g_96], [4 x ptr] [ptr null, ptr @g_50, ptr @g_96, ptr @g_50], [4 x ptr] [ptr @g_50, ptr @g_50, ptr @g_96, ptr @g_50], [4 x ptr] [ptr @g_50, ptr null, ptr @g_50, ptr @g_50]], [8 x [4 x ptr]] [[4 x ptr] [ptr @g_96, ptr @g_50, ptr @g_50, ptr @g_50], [4 x ptr] [ptr @g_96, ptr null, ptr @g_50, ptr @g_50], [4 x ptr] [ptr @g_50, ptr @g_50, ptr @g_96, ptr @g_96], [4 x ptr] [ptr @g_50, ptr @g_50, ptr @g_50, ptr @g_96], [4 x ptr] [ptr @g_96, ptr @g_96, ptr @g_50, ptr null], [4 x ptr] [ptr @g_96, ptr null, ptr @g_50, ptr @g_96], [4 x ptr] [ptr @g_50, ptr null, ptr @g_50, ptr @g_96], [4 x ptr] [ptr @g_96, ptr @g_96, ptr @g_50, ptr @g_50]], [8 x [4 x ptr]] [[4 x ptr] [ptr @g_96, ptr @g_96, ptr @g_50, ptr null], [4 x ptr] [ptr @g_50, ptr null, ptr @g_96, ptr @g_50], [4 x ptr] [ptr @g_50, ptr @g_50, ptr @g_50, ptr @g_50], [4 x ptr] [ptr @g_96, ptr null, ptr @g_50, ptr @g_96], [4 x ptr] [ptr @g_96, ptr null, ptr @g_50, ptr @g_50], [4 x ptr] [ptr @g_50, ptr @g_50, ptr @g_96, ptr @g_50], [4 x ptr] [ptr @g_50, ptr null, ptr null, ptr null], [4 x ptr] [ptr null, ptr @g_96, ptr @g_96, ptr @g_50]], [8 x [4 x ptr]] [[4 x ptr] [ptr @g_96, ptr @g_96, ptr @g_96, ptr @g_96], [4 x ptr] [ptr null, ptr null, ptr @g_96, ptr @g_96], [4 x ptr] [ptr null, ptr null, ptr @g_96, ptr null], [4 x ptr] [ptr @g_96, ptr @g_96, ptr @g_96, ptr @g_96], [4 x ptr] [ptr null, ptr @g_50, ptr null, ptr @g_96], [4 x ptr] [ptr @g_50, ptr @g_50, ptr @g_96, ptr @g_50], [4 x ptr] [ptr @g_50, ptr null, ptr @g_50, ptr @g_50], [4 x ptr] [ptr @g_96, ptr @g_50, ptr @g_50, ptr @g_50]]], align 16

; Function Attrs: nounwind uwtable
define dso_local i32 @csmith_program() #0 {
  call void @crc32_gentab()
  %1 = call i32 @func_27()
  %2 = load i32, ptr @g_6, align 4, !tbaa !4
  %3 = zext i32 %2 to i64
  call void @transparent_crc(i64 noundef %3, ptr noundef nonnull @.str, i32 noundef 0)
  %4 = load i8, ptr @g_47, align 1, !tbaa !8
  %5 = sext i8 %4 to i64
  call void @transparent_crc(i64 noundef %5, ptr noundef nonnull @.str.1, i32 noundef 0)
  %6 = load i32, ptr @g_50, align 4, !tbaa !8
  %7 = zext i32 %6 to i64
  call void @transparent_crc(i64 noundef %7, ptr noundef nonnull @.str.2, i32 noundef 0)
  %8 = load i8, ptr @g_50, align 4, !tbaa !8
  %9 = sext i8 %8 to i64
  call void @transparent_crc(i64 noundef %9, ptr noundef nonnull @.str.3, i32 noundef 0)
  %10 = load volatile i16, ptr @g_50, align 4, !tbaa !8
  %11 = zext i16 %10 to i64
  call void @transparent_crc(i64 noundef %11, ptr noundef nonnull @.str.4, i32 noundef 0)
  br label %12

12:                                               ; preds = %14, %0
  %.0 = phi i32 [ 0, %0 ], [ %19, %14 ]
  %13 = icmp ult i32 %.0, 8
  br i1 %13, label %14, label %20

14:                                               ; preds = %12
  %15 = zext nneg i32 %.0 to i64
  %16 = getelementptr inbounds [8 x i32], ptr @g_53, i64 0, i64 %15
  %17 = load i32, ptr %16, align 4, !tbaa !4
  %18 = sext i32 %17 to i64
  call void @transparent_crc(i64 noundef %18, ptr noundef nonnull @.str.5, i32 noundef 0)
  %19 = add nuw nsw i32 %.0, 1
  br label %12, !llvm.loop !9

20:                                               ; preds = %12
  %21 = load volatile i16, ptr @g_57, align 2, !tbaa !11
  %22 = sext i16 %21 to i64
  call void @transparent_crc(i64 noundef %22, ptr noundef nonnull @.str.6, i32 noundef 0)
  %23 = load volatile i32, ptr @g_92, align 1, !tbaa !13
  %24 = sext i32 %23 to i64
  call void @transparent_crc(i64 noundef %24, ptr noundef nonnull @.str.7, i32 noundef 0)
  %25 = load volatile i32, ptr getelementptr inbounds (i8, ptr @g_92, i64 4), align 1, !tbaa !15
  %26 = sext i32 %25 to i64
  call void @transparent_crc(i64 noundef %26, ptr noundef nonnull @.str.8, i32 noundef 0)
  %27 = load volatile i8, ptr getelementptr inbounds (i8, ptr @g_92, i64 8), align 1
  %28 = shl i8 %27, 5
  %29 = ashr exact i8 %28, 5
  %30 = sext i8 %29 to i64
  call void @transparent_crc(i64 noundef %30, ptr noundef nonnull @.str.9, i32 noundef 0)
  br label %31

31:                                               ; preds = %42, %20
  %.1 = phi i32 [ 0, %20 ], [ %43, %42 ]
  %32 = icmp ult i32 %.1, 10
  br i1 %32, label %33, label %44

33:                                               ; preds = %35, %31
  %.048 = phi i32 [ %41, %35 ], [ 0, %31 ]
  %34 = icmp ult i32 %.048, 5
  br i1 %34, label %35, label %42

35:                                               ; preds = %33
  %36 = zext nneg i32 %.1 to i64
  %37 = zext nneg i32 %.048 to i64
  %38 = getelementptr inbounds [10 x [5 x %union.U2]], ptr @g_93, i64 0, i64 %36, i64 %37
  %39 = load volatile i32, ptr %38, align 4, !tbaa !8
  %40 = zext i32 %39 to i64
  call void @transparent_crc(i64 noundef %40, ptr noundef nonnull @.str.10, i32 noundef 0)
  %41 = add nuw nsw i32 %.048, 1
  br label %33, !llvm.loop !16

42:                                               ; preds = %33
  %43 = add nuw nsw i32 %.1, 1
  br label %31, !llvm.loop !17

44:                                               ; preds = %31
  %45 = load i32, ptr @g_96, align 4, !tbaa !8
  %46 = zext i32 %45 to i64
  call void @transparent_crc(i64 noundef %46, ptr noundef nonnull @.str.11, i32 noundef 0)
  %47 = load i8, ptr @g_96, align 4, !tbaa !8
  %48 = sext i8 %47 to i64
  call void @transparent_crc(i64 noundef %48, ptr noundef nonnull @.str.12, i32 noundef 0)
  %49 = load volatile i16, ptr @g_96, align 4, !tbaa !8
  %50 = zext i16 %49 to i64
  call void @transparent_crc(i64 noundef %50, ptr noundef nonnull @.str.13, i32 noundef 0)
  %51 = load i32, ptr @g_105, align 4, !tbaa !4
  %52 = zext i32 %51 to i64
  call void @transparent_crc(i64 noundef %52, ptr noundef nonnull @.str.14, i32 noundef 0)
  %53 = load i16, ptr @g_108, align 2, !tbaa !11
  %54 = zext i16 %53 to i64
  call void @transparent_crc(i64 noundef %54, ptr noundef nonnull @.str.15, i32 noundef 0)
  br label %55

55:                                               ; preds = %66, %44
  %.2 = phi i32 [ 0, %44 ], [ %67, %66 ]
  %56 = icmp ult i32 %.2, 2
  br i1 %56, label %57, label %68

57:                                               ; preds = %59, %55
  %.149 = phi i32 [ %65, %59 ], [ 0, %55 ]
  %58 = icmp ult i32 %.149, 4
  br i1 %58, label %59, label %66

59:                                               ; preds = %57
  %60 = zext nneg i32 %.2 to i64
  %61 = zext nneg i32 %.149 to i64
  %62 = getelementptr inbounds [2 x [4 x i32]], ptr @g_113, i64 0, i64 %60, i64 %61
  %63 = load i32, ptr %62, align 4, !tbaa !4
  %64 = sext i32 %63 to i64
  call void @transparent_crc(i64 noundef %64, ptr noundef nonnull @.str.16, i32 noundef 0)
  %65 = add nuw nsw i32 %.149, 1
  br label %57, !llvm.loop !18

66:                                               ; preds = %57
  %67 = add nuw nsw i32 %.2, 1
  br label %55, !llvm.loop !19

68:                                               ; preds = %70, %55
  %.3 = phi i32 [ %85, %70 ], [ 0, %55 ]
  %69 = icmp ult i32 %.3, 3
  br i1 %69, label %70, label %86

70:                                               ; preds = %68
  %71 = zext nneg i32 %.3 to i64
  %72 = getelementptr inbounds [3 x %struct.S0], ptr @g_115, i64 0, i64 %71
  %73 = load i32, ptr %72, align 1, !tbaa !13
  %74 = sext i32 %73 to i64
  call void @transparent_crc(i64 noundef %74, ptr noundef nonnull @.str.17, i32 noundef 0)
  %75 = zext nneg i32 %.3 to i64
  %76 = getelementptr inbounds [3 x %struct.S0], ptr @g_115, i64 0, i64 %75, i32 1
  %77 = load i32, ptr %76, align 1, !tbaa !15
  %78 = sext i32 %77 to i64
  call void @transparent_crc(i64 noundef %78, ptr noundef nonnull @.str.18, i32 noundef 0)
  %79 = zext nneg i32 %.3 to i64
  %80 = getelementptr inbounds [3 x %struct.S0], ptr @g_115, i64 0, i64 %79, i32 2
  %81 = load volatile i8, ptr %80, align 1
  %82 = shl i8 %81, 5
  %83 = ashr exact i8 %82, 5
  %84 = sext i8 %83 to i64
  call void @transparent_crc(i64 noundef %84, ptr noundef nonnull @.str.19, i32 noundef 0)
  %85 = add nuw nsw i32 %.3, 1
  br label %68, !llvm.loop !20

86:                                               ; preds = %68
  %87 = load i16, ptr @g_123, align 2, !tbaa !11
  %88 = sext i16 %87 to i64
  call void @transparent_crc(i64 noundef %88, ptr noundef nonnull @.str.20, i32 noundef 0)
  call void @transparent_crc(i64 noundef -6, ptr noundef nonnull @.str.21, i32 noundef 0)
  call void @transparent_crc(i64 noundef 14716135, ptr noundef nonnull @.str.22, i32 noundef 0)
  %89 = load volatile i8, ptr getelementptr inbounds (i8, ptr @g_138, i64 8), align 1
  %90 = shl i8 %89, 5
  %91 = ashr exact i8 %90, 5
  %92 = sext i8 %91 to i64
  call void @transparent_crc(i64 noundef %92, ptr noundef nonnull @.str.23, i32 noundef 0)
  %93 = load i32, ptr @crc32_context, align 4, !tbaa !4
  %94 = xor i32 %93, -1
  ret i32 %94
}

; Function Attrs: nounwind uwtable
define internal void @crc32_gentab() #0 {
  br label %1

1:                                                ; preds = %11, %0
  %.010 = phi i32 [ 0, %0 ], [ %14, %11 ]
  %2 = icmp ult i32 %.010, 256
  br i1 %2, label %3, label %15

3:                                                ; preds = %5, %1
  %.011 = phi i32 [ %.1, %5 ], [ %.010, %1 ]
  %.0 = phi i32 [ %10, %5 ], [ 8, %1 ]
  %4 = icmp sgt i32 %.0, 0
  br i1 %4, label %5, label %11

5:                                                ; preds = %3
  %6 = and i32 %.011, 1
  %.not = icmp eq i32 %6, 0
  %7 = lshr i32 %.011, 1
  %8 = xor i32 %7, -306674912
  %9 = lshr i32 %.011, 1
  %.1 = select i1 %.not, i32 %9, i32 %8
  %10 = add nsw i32 %.0, -1
  br label %3, !llvm.loop !21

11:                                               ; preds = %3
  %12 = zext nneg i32 %.010 to i64
  %13 = getelementptr inbounds [256 x i32], ptr @crc32_tab, i64 0, i64 %12
  store i32 %.011, ptr %13, align 4, !tbaa !4
  %14 = add nuw nsw i32 %.010, 1
  br label %1, !llvm.loop !22

15:                                               ; preds = %1
  ret void
}

; Function Attrs: nounwind uwtable
define internal i32 @func_27() #0 {
  %1 = alloca %struct.S0, align 1
  %2 = load i32, ptr @g_6, align 4, !tbaa !4
  %.not = icmp eq i32 %2, 0
  %3 = load volatile ptr, ptr @g_69, align 8, !tbaa !23
  %4 = load ptr, ptr %3, align 8, !tbaa !23
  store ptr %4, ptr @g_52, align 8, !tbaa !23
  %5 = load i32, ptr %4, align 4, !tbaa !4
  %.not113 = icmp eq i32 %5, 0
  br label %18

6:                                                ; No predecessors!
  %7 = load ptr, ptr @g_34, align 8, !tbaa !23
  store ptr @g_47, ptr @g_48, align 8, !tbaa !23
  %8 = load i32, ptr @g_6, align 4, !tbaa !4
  %9 = call ptr @func_42(ptr noundef nonnull @g_47, ptr noundef nonnull @g_47, i32 noundef %8)
  %10 = call signext i16 @func_37(i32 noundef 9, ptr noundef %9, i32 noundef 9)
  %11 = call signext i16 @safe_mul_func_int16_t_s_s(i16 noundef signext %10, i16 noundef signext 9)
  %12 = icmp ne ptr %7, null
  %13 = zext i1 %12 to i8
  %14 = call i32 @func_28(ptr noundef null, i8 noundef zeroext %13, i8 noundef signext 9, i64 noundef 9)
  call void @llvm.memcpy.p0.p0.i64(ptr align 1 %1, ptr align 1 @g_92, i64 9, i1 true), !tbaa.struct !25
  br label %39

15:                                               ; No predecessors!
  br label %36

16:                                               ; No predecessors!
  br label %17

17:                                               ; preds = %16
  br label %36

18:                                               ; preds = %0
  %19 = load ptr, ptr @g_48, align 8, !tbaa !23
  %20 = load i8, ptr %19, align 1, !tbaa !8
  %21 = sext i8 %20 to i32
  %22 = load volatile ptr, ptr @g_69, align 8, !tbaa !23
  %23 = load ptr, ptr %22, align 8, !tbaa !23
  %24 = load i32, ptr %23, align 4, !tbaa !4
  %25 = call signext i16 @func_37(i32 noundef -7, ptr noundef null, i32 noundef %24)
  %26 = load i32, ptr getelementptr inbounds (i8, ptr @g_53, i64 16), align 16, !tbaa !4
  %27 = icmp eq i32 %26, -7
  %28 = zext i1 %27 to i16
  store i16 %28, ptr @g_123, align 2, !tbaa !11
  %29 = zext i1 %27 to i8
  %30 = call signext i8 @safe_sub_func_int8_t_s_s(i8 noundef signext %29, i8 noundef signext 9)
  %31 = sext i8 %30 to i32
  %32 = load i32, ptr @g_6, align 4, !tbaa !4
  %33 = xor i32 %32, %31
  %34 = or i32 %33, %21
  %35 = load ptr, ptr @g_52, align 8, !tbaa !23
  store i32 %34, ptr %35, align 4, !tbaa !4
  br label %36

36:                                               ; preds = %15, %17, %18
  %37 = load ptr, ptr @g_52, align 8, !tbaa !23
  store i32 4, ptr %37, align 4, !tbaa !4
  br label %38

38:                                               ; preds = %36
  br i1 true, label %39, label %108

39:                                               ; preds = %38, %6
  br i1 true, label %40, label %54

40:                                               ; preds = %96, %39
  br label %41

41:                                               ; preds = %49, %40
  %storemerge = phi i16 [ 16, %40 ], [ %53, %49 ]
  store i16 %storemerge, ptr @g_123, align 2, !tbaa !11
  %42 = icmp sgt i16 %storemerge, 14
  br i1 %42, label %43, label %55

43:                                               ; preds = %41
  br label %44

44:                                               ; preds = %46, %43
  %storemerge117 = phi i32 [ 1, %43 ], [ %48, %46 ]
  store i32 %storemerge117, ptr @g_50, align 4, !tbaa !8
  %45 = icmp ult i32 %storemerge117, 8
  br i1 %45, label %46, label %49

46:                                               ; preds = %44
  call void @llvm.memcpy.p0.p0.i64(ptr align 1 getelementptr inbounds (i8, ptr @g_115, i64 9), ptr align 1 @g_138, i64 9, i1 true), !tbaa.struct !25
  %47 = load i32, ptr @g_50, align 4, !tbaa !8
  %48 = add i32 %47, 1
  br label %44, !llvm.loop !26

49:                                               ; preds = %44
  %50 = load i16, ptr @g_123, align 2, !tbaa !11
  %51 = trunc i16 %50 to i8
  %52 = call signext i8 @safe_sub_func_int8_t_s_s(i8 noundef signext %51, i8 noundef signext 4)
  %53 = sext i8 %52 to i16
  br label %41, !llvm.loop !27

54:                                               ; preds = %39
  br label %55

55:                                               ; preds = %54, %41
  br i1 true, label %56, label %97

56:                                               ; preds = %55
  store i16 2, ptr @g_123, align 2, !tbaa !11
  br label %57

57:                                               ; preds = %71, %56
  %58 = load i16, ptr @g_123, align 2, !tbaa !11
  %59 = icmp slt i16 %58, 8
  br i1 %59, label %60, label %72

60:                                               ; preds = %57
  %61 = load i16, ptr @g_123, align 2, !tbaa !11
  %62 = sext i16 %61 to i64
  %63 = getelementptr inbounds [8 x i32], ptr @g_53, i64 0, i64 %62
  %64 = load volatile ptr, ptr @g_149, align 8, !tbaa !23
  store ptr %63, ptr %64, align 8, !tbaa !23
  br i1 true, label %65, label %67

65:                                               ; preds = %60
  br i1 false, label %67, label %70

66:                                               ; No predecessors!
  br label %67

67:                                               ; preds = %66, %60, %65
  br label %68

68:                                               ; preds = %69, %67
  br i1 poison, label %69, label %70

69:                                               ; preds = %68
  br label %68, !llvm.loop !28

70:                                               ; preds = %68, %65
  switch i32 13, label %96 [
    i32 0, label %71
    i32 13, label %72
  ]

71:                                               ; preds = %70
  br label %57, !llvm.loop !29

72:                                               ; preds = %70, %57
  %73 = load volatile ptr, ptr @g_149, align 8, !tbaa !23
  %74 = load ptr, ptr %73, align 8, !tbaa !23
  %75 = load i32, ptr %74, align 4, !tbaa !4
  %.not114 = icmp eq i32 %75, 0
  br i1 %.not114, label %80, label %76

76:                                               ; preds = %78, %72
  %.7106 = phi i32 [ %79, %78 ], [ 7, %72 ]
  %77 = icmp sgt i32 %.7106, -1
  br i1 %77, label %78, label %96

78:                                               ; preds = %76
  %79 = add nsw i32 %.7106, -1
  br label %76, !llvm.loop !30

80:                                               ; preds = %72
  br label %81

81:                                               ; preds = %83, %80
  %storemerge115 = phi i16 [ 0, %80 ], [ %95, %83 ]
  %.087 = phi i32 [ -1, %80 ], [ %86, %83 ]
  store i16 %storemerge115, ptr @g_108, align 2, !tbaa !11
  %82 = icmp ult i16 %storemerge115, 2
  br label %83

83:                                               ; preds = %81
  %84 = load i32, ptr @g_6, align 4, !tbaa !4
  %sext = shl i32 %.087, 16
  %85 = ashr exact i32 %sext, 16
  %86 = xor i32 %85, %84
  %87 = load i8, ptr @g_96, align 4, !tbaa !8
  %88 = trunc i32 %86 to i8
  %89 = and i8 %88, 1
  %90 = xor i8 %89, %87
  %91 = call signext i8 null(i8 noundef signext 1, i8 noundef signext %90)
  %92 = call signext i8 null(i8 noundef signext %91, i8 noundef signext 2)
  %93 = load volatile ptr, ptr @g_189, align 8, !tbaa !23
  store ptr null, ptr %93, align 8, !tbaa !23
  %94 = load i16, ptr @g_108, align 2, !tbaa !11
  %95 = add i16 %94, 1
  br label %81, !llvm.loop !31

96:                                               ; preds = %76, %70
  switch i32 0, label %109 [
    i32 0, label %106
    i32 6, label %40
  ]

97:                                               ; preds = %55
  br label %98

98:                                               ; preds = %97, %98
  br label %98, !llvm.loop !32

99:                                               ; preds = %101
  br label %101

100:                                              ; No predecessors!
  br label %101

101:                                              ; preds = %102, %99, %100
  switch i32 poison, label %109 [
    i32 0, label %102
    i32 28, label %99
  ]

102:                                              ; preds = %101
  br label %101, !llvm.loop !33

103:                                              ; No predecessors!
  br label %105

104:                                              ; No predecessors!
  br label %105

105:                                              ; preds = %104, %103
  br label %106

106:                                              ; preds = %105, %96
  %107 = load volatile i32, ptr getelementptr inbounds (i8, ptr @g_93, i64 68), align 4, !tbaa !8
  br label %108

108:                                              ; preds = %106, %38
  %.5 = phi i32 [ %107, %106 ], [ 1906711441, %38 ]
  ret i32 %.5

109:                                              ; preds = %101, %96
  unreachable
}

; Function Attrs: nounwind uwtable
define internal void @transparent_crc(i64 noundef %0, ptr noundef %1, i32 noundef %2) #0 {
  call void @crc32_8bytes(i64 noundef %0)
  ret void
}

; Function Attrs: nounwind uwtable
define internal i32 @func_28(ptr noundef %0, i8 noundef zeroext %1, i8 noundef signext %2, i64 noundef %3) #0 {
  %5 = trunc i64 %3 to i16
  %6 = zext i8 %1 to i16
  %7 = call signext i16 @safe_mod_func_int16_t_s_s(i16 noundef signext %5, i16 noundef signext %6)
  %8 = sext i16 %7 to i32
  %9 = load volatile ptr, ptr @g_69, align 8, !tbaa !23
  %10 = load ptr, ptr %9, align 8, !tbaa !23
  %11 = load i32, ptr %10, align 4, !tbaa !4
  %12 = call signext i16 @func_37(i32 noundef %8, ptr noundef nonnull @g_47, i32 noundef %11)
  br label %13

13:                                               ; preds = %4
  br label %15

14:                                               ; No predecessors!
  br label %15

15:                                               ; preds = %14, %13
  ret i32 0
}

; Function Attrs: nounwind uwtable
define internal signext i16 @safe_mul_func_int16_t_s_s(i16 noundef signext %0, i16 noundef signext %1) #0 {
  %3 = mul i16 %0, %1
  ret i16 %3
}

; Function Attrs: nounwind uwtable
define internal signext i16 @func_37(i32 noundef %0, ptr noundef %1, i32 noundef %2) #0 {
  store ptr null, ptr @g_75, align 8, !tbaa !23
  ret i16 -16262
}

; Function Attrs: nounwind uwtable
define internal ptr @func_42(ptr noundef %0, ptr noundef %1, i32 noundef %2) #0 {
  %4 = load volatile ptr, ptr @g_49, align 8, !tbaa !23
  store volatile ptr %4, ptr @g_49, align 8, !tbaa !23
  br label %5

5:                                                ; preds = %17, %3
  %storemerge = phi i8 [ 0, %3 ], [ %19, %17 ]
  store i8 %storemerge, ptr @g_47, align 1, !tbaa !8
  %6 = icmp sgt i8 %storemerge, 17
  br label %7

7:                                                ; preds = %5
  br label %8

8:                                                ; preds = %9, %7
  %storemerge7 = phi i32 [ 0, %7 ], [ %12, %9 ]
  store i32 %storemerge7, ptr @g_6, align 4, !tbaa !4
  %.not = icmp eq i32 %storemerge7, 11
  br label %13

9:                                                ; No predecessors!
  %10 = load volatile ptr, ptr @g_69, align 8, !tbaa !23
  store ptr getelementptr inbounds (i8, ptr @g_53, i64 4), ptr %10, align 8, !tbaa !23
  %11 = load i32, ptr @g_6, align 4, !tbaa !4
  %12 = add i32 %11, 1
  br label %8, !llvm.loop !34

13:                                               ; preds = %8, %15
  %.0 = phi i32 [ %16, %15 ], [ -16, %8 ]
  %14 = icmp ult i32 %.0, 15
  br label %15

15:                                               ; preds = %13
  store i32 2144575887, ptr getelementptr inbounds (i8, ptr @g_53, i64 16), align 4, !tbaa !4
  %16 = add nuw nsw i32 %.0, 1
  br label %13, !llvm.loop !35

17:                                               ; No predecessors!
  %18 = load i8, ptr @g_47, align 1, !tbaa !8
  %19 = add i8 %18, 1
  br label %5, !llvm.loop !36

20:                                               ; No predecessors!
  ret ptr null
}

; Function Attrs: nocallback nofree nounwind willreturn memory(argmem: readwrite)
declare void @llvm.memcpy.p0.p0.i64(ptr noalias nocapture writeonly, ptr noalias nocapture readonly, i64, i1 immarg) #1

; Function Attrs: nounwind uwtable
define internal signext i8 @safe_sub_func_int8_t_s_s(i8 noundef signext %0, i8 noundef signext %1) #0 {
  %3 = sub i8 %0, %1
  ret i8 %3
}

; Function Attrs: nounwind uwtable
define internal signext i16 @safe_mod_func_int16_t_s_s(i16 noundef signext %0, i16 noundef signext %1) #0 {
  %3 = icmp eq i16 %1, 0
  br label %4

4:                                                ; preds = %2
  br label %10

5:                                                ; No predecessors!
  %6 = sext i16 %0 to i32
  %7 = sext i16 %1 to i32
  %8 = srem i32 %6, %7
  %9 = trunc nsw i32 %8 to i16
  br label %10

10:                                               ; preds = %5, %4
  %11 = phi i16 [ %0, %4 ], [ %9, %5 ]
  ret i16 %11
}

; Function Attrs: nounwind uwtable
define internal void @crc32_8bytes(i64 noundef %0) #0 {
  %2 = trunc i64 %0 to i8
  call void @crc32_byte(i8 noundef zeroext %2)
  %3 = lshr i64 %0, 8
  %4 = trunc i64 %3 to i8
  call void @crc32_byte(i8 noundef zeroext %4)
  %5 = lshr i64 %0, 16
  %6 = trunc i64 %5 to i8
  call void @crc32_byte(i8 noundef zeroext %6)
  %7 = lshr i64 %0, 24
  %8 = trunc i64 %7 to i8
  call void @crc32_byte(i8 noundef zeroext %8)
  %9 = lshr i64 %0, 32
  %10 = trunc i64 %9 to i8
  call void @crc32_byte(i8 noundef zeroext %10)
  %11 = lshr i64 %0, 40
  %12 = trunc i64 %11 to i8
  call void @crc32_byte(i8 noundef zeroext %12)
  %13 = lshr i64 %0, 48
  %14 = trunc i64 %13 to i8
  call void @crc32_byte(i8 noundef zeroext %14)
  %15 = lshr i64 %0, 56
  %16 = trunc nuw i64 %15 to i8
  call void @crc32_byte(i8 noundef zeroext %16)
  ret void
}

; Function Attrs: nounwind uwtable
define internal void @crc32_byte(i8 noundef zeroext %0) #0 {
  %2 = load i32, ptr @crc32_context, align 4, !tbaa !4
  %3 = lshr i32 %2, 8
  %.tr = trunc i32 %2 to i8
  %.narrow = xor i8 %.tr, %0
  %4 = zext i8 %.narrow to i64
  %5 = getelementptr inbounds [256 x i32], ptr @crc32_tab, i64 0, i64 %4
  %6 = load i32, ptr %5, align 4, !tbaa !4
  %7 = xor i32 %3, %6
  store i32 %7, ptr @crc32_context, align 4, !tbaa !4
  ret void
}

attributes #0 = { nounwind uwtable "min-legal-vector-width"="0" "no-trapping-math"="true" "stack-protector-buffer-size"="8" }
attributes #1 = { nocallback nofree nounwind willreturn memory(argmem: readwrite) }

!llvm.module.flags = !{!0, !1, !2, !3}

!0 = !{i32 1, !"wchar_size", i32 4}
!1 = !{i32 8, !"PIC Level", i32 2}
!2 = !{i32 7, !"PIE Level", i32 2}
!3 = !{i32 7, !"uwtable", i32 2}
!4 = !{!5, !5, i64 0}
!5 = !{!"int", !6, i64 0}
!6 = !{!"omnipotent char", !7, i64 0}
!7 = !{!"Simple C/C++ TBAA"}
!8 = !{!6, !6, i64 0}
!9 = distinct !{!9, !10}
!10 = !{!"llvm.loop.mustprogress"}
!11 = !{!12, !12, i64 0}
!12 = !{!"short", !6, i64 0}
!13 = !{!14, !5, i64 0}
!14 = !{!"S0", !5, i64 0, !5, i64 4, !5, i64 8}
!15 = !{!14, !5, i64 4}
!16 = distinct !{!16, !10}
!17 = distinct !{!17, !10}
!18 = distinct !{!18, !10}
!19 = distinct !{!19, !10}
!20 = distinct !{!20, !10}
!21 = distinct !{!21, !10}
!22 = distinct !{!22, !10}
!23 = !{!24, !24, i64 0}
!24 = !{!"any pointer", !6, i64 0}
!25 = !{i64 0, i64 4, !4, i64 4, i64 4, !4, i64 8, i64 1, !8}
!26 = distinct !{!26, !10}
!27 = distinct !{!27, !10}
!28 = distinct !{!28, !10}
!29 = distinct !{!29, !10}
!30 = distinct !{!30, !10}
!31 = distinct !{!31, !10}
!32 = distinct !{!32, !10}
!33 = distinct !{!33, !10}
!34 = distinct !{!34, !10}
!35 = distinct !{!35, !10}
!36 = distinct !{!36, !10}
