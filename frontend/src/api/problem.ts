/** An RFC 9457 answer, or a failure to reach the server (`status` 0). `message` is fit to be shown. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string | undefined,
    readonly type = "about:blank",
  ) {
    super(detail ?? title);
    this.name = "Problem";
  }
}

/** Reads the problem document of a failed response; falls back to the status line when there is none. */
export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  if (body !== null && typeof body === "object" && "title" in body) {
    const { type, title, detail } = body as { type?: string; title: string; detail?: string };
    return new Problem(response.status, title, detail, type);
  }
  return new Problem(response.status, `The server answered ${response.status}`, undefined);
}

/** Whether an error is the server's problem of this name, the last part of its `type`. */
export const isProblem = (error: unknown, name: string): boolean => error instanceof Problem && error.type.endsWith(`:${name}`);

export const isNotFound = (error: unknown): boolean => error instanceof Problem && error.status === 404;
