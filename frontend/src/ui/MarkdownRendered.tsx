import ReactMarkdown from "react-markdown";
import rehypeSanitize from "rehype-sanitize";

/** Headings sink two levels, below the page's own; images would let a writer see who reads. */
export default function MarkdownRendered({ text }: { text: string }) {
  return (
    <ReactMarkdown
      rehypePlugins={[rehypeSanitize]}
      disallowedElements={["img"]}
      components={{
        h1: ({ children }) => <h3>{children}</h3>,
        h2: ({ children }) => <h3>{children}</h3>,
        a: ({ children, href }) => (
          <a href={href} rel="noopener noreferrer nofollow" target="_blank">
            {children}
          </a>
        ),
      }}
    >
      {text}
    </ReactMarkdown>
  );
}
