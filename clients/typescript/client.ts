// A small client over fetch. Types come from docs/openapi.json; `npm run check` makes them.
import type { components, operations } from "./schema.js";

export type Schemas = components["schemas"];

type Json<Content> = Content extends { "application/json": infer Value } ? Value : undefined;
type BodyOf<Operation> = Operation extends { requestBody?: { content: infer Content } } ? Json<Content> : undefined;
type AnswerOf<Operation> = Operation extends { responses: infer Answers }
  ? { [Status in keyof Answers & (200 | 201)]: Answers[Status] extends { content: infer Content } ? Json<Content> : undefined }[keyof Answers &
      (200 | 201)]
  : never;
type PathOf<Operation> = Operation extends { parameters: { path: infer Path } } ? Path : undefined;
type QueryOf<Operation> = Operation extends { parameters: { query?: infer Query } } ? Query : undefined;

export interface Asked<Operation> {
  path?: PathOf<Operation>;
  query?: QueryOf<Operation>;
  body?: BodyOf<Operation>;
  version?: number;
}

/** A call that was refused. `problem.code` is stable; `problem.detail` is for people. */
export class Refused extends Error {
  constructor(readonly problem: Schemas["Problem"]) {
    super(problem.detail);
  }
}

export class Client {
  constructor(
    private readonly server: string,
    private readonly token: string,
  ) {}

  /** Call an operation by its name, such as `"completeOccasion"`. Throw Refused. */
  async call<Name extends keyof operations>(
    _name: Name,
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    template: string,
    asked: Asked<operations[Name]> = {},
  ): Promise<AnswerOf<operations[Name]>> {
    const values = Object.entries((asked.path ?? {}) as Record<string, unknown>);
    const path = values.reduce((found, [name, value]) => found.replace(`{${name}}`, encodeURIComponent(String(value))), template);
    const query = new URLSearchParams(Object.entries((asked.query ?? {}) as Record<string, string>));
    const headers: Record<string, string> = { Authorization: `Bearer ${this.token}`, "Content-Type": "application/json" };
    if (asked.version !== undefined) headers["If-Match"] = `"${asked.version}"`;
    const body = asked.body === undefined ? null : JSON.stringify(asked.body);
    const answer = await fetch(`${this.server}${path}?${query}`, { method, headers, body });
    if (!answer.ok) throw new Refused((await answer.json()) as Schemas["Problem"]);
    return (answer.status === 204 ? undefined : await answer.json()) as AnswerOf<operations[Name]>;
  }

  /** Send a receipt. */
  async sendReceipt(id: string, picture: Blob): Promise<Schemas["Receipt"]> {
    const form = new FormData();
    form.set("id", id);
    form.set("file", picture);
    const headers = { Authorization: `Bearer ${this.token}` };
    const answer = await fetch(`${this.server}/api/v1/receipts`, { method: "POST", headers, body: form });
    if (!answer.ok) throw new Refused((await answer.json()) as Schemas["Problem"]);
    return (await answer.json()) as Schemas["Receipt"];
  }
}
