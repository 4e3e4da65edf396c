import { Suspense, lazy } from "react";

const Rendered = lazy(() => import("./MarkdownRendered"));

/** Text written by others: sanitised, no raw HTML, no images. Shows the source until the renderer is loaded. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className="prose measure break-words">
      <Suspense fallback={<p className="whitespace-pre-wrap">{text}</p>}>
        <Rendered text={text} />
      </Suspense>
    </div>
  );
}
