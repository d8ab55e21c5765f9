; What is seldom: unreachable blocks, switch, irreducible control flow, vectors, atomics, kinds of calls, flags.
target triple = "x86_64-unknown-linux-gnu"

declare double @sin(double)
declare void @unknown(ptr)
declare <4 x float> @llvm.fabs.v4f32(<4 x float>)
declare i32 @llvm.smax.i32(i32, i32)
declare void @llvm.lifetime.start.p0(i64, ptr)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)

define double @calls(ptr %f, <4 x float> %v, i32 %i, double %d) {
  %slot = alloca [16 x i8], align 16
  call void @llvm.lifetime.start.p0(i64 16, ptr %slot)
  call void @llvm.memset.p0.i64(ptr %slot, i8 0, i64 16, i1 false)
  call void %f(ptr %slot)
  call void @unknown(ptr null)
  call void asm sideeffect "nop", ""()
  %a = call <4 x float> @llvm.fabs.v4f32(<4 x float> %v)
  %b = fmul reassoc nsz contract <4 x float> %a, <float 3.0, float 3.0, float 3.0, float 3.0>
  store <4 x float> %b, ptr %slot, align 16
  %m = call i32 @llvm.smax.i32(i32 %i, i32 poison)
  %e = ashr exact i32 %m, 2
  %u = atomicrmw add ptr %slot, i32 %e seq_cst
  %s = call fast double @sin(double %d)
  %q = fcmp olt double %s, 0x7FF0000000000000
  %r = select i1 %q, double %s, double 1.0
  ret double %r
}

define void @tangled(i1 %c, i32 %k) {
entry:
  br i1 %c, label %left, label %right
left:
  switch i32 %k, label %right [ i32 0, label %done
                                i32 5, label %right ]
right:
  br i1 %c, label %left, label %done
done:
  ret void
nowhere:
  br label %nowhere
}
