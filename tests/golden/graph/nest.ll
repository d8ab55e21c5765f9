; c[i] += a[i * n + k] * b[k * n + i]: strides of both loops, a reduction, constant and computed trip counts.
target triple = "x86_64-unknown-linux-gnu"

define void @product(ptr noalias readonly %a, ptr noalias readonly %b, ptr noalias %c, i64 %n) #0 {
entry:
  br label %rows
rows:
  %i = phi i64 [ 0, %entry ], [ %i.next, %row.end ]
  %row = mul nuw nsw i64 %i, %n
  br label %columns
columns:
  %k = phi i64 [ 0, %rows ], [ %k.next, %columns ]
  %sum = phi double [ 0.0, %rows ], [ %sum.next, %columns ]
  %at = add nuw nsw i64 %row, %k
  %pa = getelementptr inbounds double, ptr %a, i64 %at
  %x = load double, ptr %pa, align 8
  %down = mul nuw nsw i64 %k, %n
  %bt = add nuw nsw i64 %down, %i
  %pb = getelementptr inbounds double, ptr %b, i64 %bt
  %y = load double, ptr %pb, align 8
  %xy = fmul double %x, %y
  %sum.next = fadd double %sum, %xy
  %k.next = add nuw nsw i64 %k, 1
  %k.more = icmp ult i64 %k.next, %n
  br i1 %k.more, label %columns, label %row.end
row.end:
  %pc = getelementptr inbounds double, ptr %c, i64 %i
  store double %sum.next, ptr %pc, align 8
  %i.next = add nuw nsw i64 %i, 1
  %i.more = icmp ult i64 %i.next, 64
  br i1 %i.more, label %rows, label %done
done:
  ret void
}

attributes #0 = { "target-cpu"="x86-64-v3" }
