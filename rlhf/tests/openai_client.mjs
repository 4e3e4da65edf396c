// OpenAI's own client library against `rlhf serve`, unchanged. Run by openai_client.rs with the server's address.
import assert from "node:assert/strict";
import OpenAI, { APIUserAbortError, BadRequestError, NotFoundError } from "openai";

const client = new OpenAI({ baseURL: `${process.argv[2]}/v1`, apiKey: "none", maxRetries: 0 });
const model = "m1";
const messages = [{ role: "user", content: "héllo 🦀" }];
const ask = { model, messages, max_tokens: 48, seed: 7 };

async function models() {
  const listed = [];
  for await (const each of client.models.list()) listed.push(each.id);
  assert.deepEqual(listed, [model]);
  assert.equal((await client.models.retrieve(model)).object, "model");
  await assert.rejects(client.models.retrieve("other"), NotFoundError);
}

async function choices() {
  const answer = await client.chat.completions.create({ ...ask, n: 3 });
  assert.equal(answer.object, "chat.completion");
  assert.deepEqual(answer.choices.map((choice) => choice.index), [0, 1, 2]);
  assert.ok(answer.choices.every(({ message, finish_reason }) => message.role === "assistant" && finish_reason));
  assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
  const again = await client.chat.completions.create({ ...ask, n: 3 });
  assert.deepEqual(again.choices, answer.choices, "the seed decides");
}

async function streams() {
  const whole = await client.chat.completions.create({ ...ask, n: 2 });
  const stream = await client.chat.completions.create({
    ...ask, n: 2, stream: true, stream_options: { include_usage: true },
  });
  const texts = ["", ""];
  const reasons = [];
  let usage;
  for await (const chunk of stream) {
    assert.equal(chunk.object, "chat.completion.chunk");
    for (const { index, delta, finish_reason } of chunk.choices) {
      texts[index] += delta.content ?? "";
      if (finish_reason) reasons[index] = finish_reason;
    }
    usage ??= chunk.usage;
  }
  assert.deepEqual(texts, whole.choices.map((choice) => choice.message.content));
  assert.deepEqual(reasons, whole.choices.map((choice) => choice.finish_reason));
  assert.deepEqual(usage, whole.usage);

  const helper = client.chat.completions.stream(ask);
  const final = await helper.finalChatCompletion();
  assert.equal(final.choices[0].message.content, whole.choices[0].message.content);
}

async function logprobs() {
  const { choices } = await client.chat.completions.create({ ...ask, logprobs: true, top_logprobs: 4 });
  const tokens = choices[0].logprobs.content;
  assert.ok(tokens.length > 0 && tokens.every((token) => token.top_logprobs.length === 4 && token.logprob <= 0));
  const bytes = Buffer.from(tokens.flatMap((token) => token.bytes));
  assert.equal(bytes.toString("utf8").length > 0, true);
}

async function completions() {
  const ask = { model, prompt: ["one", "two"], max_tokens: 12, seed: 1, logprobs: 1 };
  const answer = await client.completions.create(ask);
  assert.deepEqual(answer.choices.map((choice) => choice.index), [0, 1]);
  assert.equal(answer.choices[0].logprobs.tokens.length, answer.choices[0].logprobs.token_logprobs.length);
  let text = "";
  for await (const chunk of await client.completions.create({ ...ask, prompt: "one", stream: true })) {
    text += chunk.choices[0]?.text ?? "";
  }
  assert.equal(text, answer.choices[0].text);
}

async function errors() {
  const refused = async (extra, kind, param) => {
    const error = await client.chat.completions.create({ ...ask, ...extra }).then(assert.fail, (error) => error);
    assert.ok(error instanceof kind, String(error));
    assert.equal(error.param, param);
    assert.equal(error.type, "invalid_request_error");
  };
  await refused({ model: "other" }, NotFoundError, "model");
  await refused({ temperature: 9 }, BadRequestError, "temperature");
  await refused({ n: 100000 }, BadRequestError, "n");
  await refused({ stream: true, messages: [] }, BadRequestError, "messages");
  await refused({ messages: [{ role: "user", content: "word ".repeat(300) }] }, BadRequestError, "messages");
}

async function aborts() {
  const stream = await client.chat.completions.create({ ...ask, n: 16, max_tokens: 200, stream: true });
  for await (const chunk of stream) {
    assert.ok(chunk.id);
    break; // the client closes the connection
  }
  const controller = new AbortController();
  const waiting = client.chat.completions.create({ ...ask, n: 16, max_tokens: 200 }, { signal: controller.signal });
  controller.abort();
  await assert.rejects(waiting, APIUserAbortError);
  assert.ok((await client.chat.completions.create(ask)).choices[0].finish_reason);
}

for (const check of [models, choices, streams, logprobs, completions, errors, aborts]) {
  await check();
  console.log(`ok ${check.name}`);
}
