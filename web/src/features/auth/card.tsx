import type { ReactNode } from "react";

export function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="mx-auto w-[min(26rem,92vw)] py-[14vh]">
      <div className="space-y-5 rounded-2xl border border-line bg-panel p-7">
        <h1 className="font-semibold text-xl">{title}</h1>
        {children}
      </div>
    </main>
  );
}
