"""The code of somebody who uses OpenAI's client for Python: nothing in it knows of Freehold.

Runs the features that it is asked for by name, and says of each in a line of JSON what came of it.
"""

import json
import sys
import time

import openai
from openai import OpenAI

client = OpenAI()
once = client.with_options(max_retries=0)
model = "apertus"
messages = [{"role": "user", "content": "What is the weather in Tallinn?"}]
schema = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
tools = [{"type": "function", "function": {"name": "get_weather", "parameters": schema}}]


def ask(by=client, **more):
    return by.chat.completions.create(**{"model": model, "messages": messages, **more})


def calls(message):
    return [{"name": c.function.name, "arguments": json.loads(c.function.arguments)} for c in message.tool_calls]


def refusal():
    """A minute's requests used up: the error that says so."""
    for _ in range(4):
        try:
            ask(once)
        except openai.APIStatusError as error:
            return error


def models():
    return [entry.id for entry in client.models.list()]


def chat():
    answer = ask(max_tokens=12)
    return {"text": answer.choices[0].message.content, "tokens": answer.usage.completion_tokens}


def stream():
    text, chunks, tokens = "", 0, None
    for chunk in ask(stream=True, stream_options={"include_usage": True}):
        chunks += 1
        text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
        tokens = chunk.usage.completion_tokens if chunk.usage else tokens
    return {"text": text, "chunks": chunks, "tokens": tokens}


def tool_calls():
    return calls(ask(tools=tools).choices[0].message)


def tool_calls_streamed():
    with client.chat.completions.stream(model=model, messages=messages, tools=tools) as events:
        return calls(events.get_final_completion().choices[0].message)


def tool_result():
    message = ask(tools=tools).choices[0].message
    result = {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "4 °C"}
    return ask(tools=tools, messages=[*messages, message, result]).choices[0].message.content


def json_mode():
    return json.loads(ask(response_format={"type": "json_object"}).choices[0].message.content)


def structured():
    form = {"type": "json_schema", "json_schema": {"name": "weather", "schema": schema, "strict": True}}
    return json.loads(ask(response_format=form).choices[0].message.content)


def embeddings(**more):
    return [len(e.embedding) for e in client.embeddings.create(model="vectors", input=["üks", "kaks"], **more).data]


def choices():
    return [choice.message.content for choice in ask(n=2).choices]


def stop():
    choice = ask(stop=["simulated"]).choices[0]
    return {"text": choice.message.content, "finish": choice.finish_reason}


def limit():
    answer = ask(max_completion_tokens=3)
    return {"finish": answer.choices[0].finish_reason, "tokens": answer.usage.completion_tokens}


def logprobs():
    return len(ask(logprobs=True, top_logprobs=2).choices[0].logprobs.content)


def abort():
    slow = {"vllm_xargs": {"rehearsal_tokens": 400, "rehearsal_token_ms": 50}}
    began, chunks = time.monotonic(), 0
    with ask(stream=True, extra_body=slow) as events:
        for _ in events:
            chunks += 1
            if chunks == 5:
                break
    return {"chunks": chunks, "seconds": time.monotonic() - began}


def too_many():
    raise refusal()


def waits():
    told, began = float(refusal().response.headers["retry-after"]), time.monotonic()
    ask()
    return {"told": told, "seconds": time.monotonic() - began}


features = {
    "models": models,
    "chat": chat,
    "stream": stream,
    "tools": tool_calls,
    "tools, streamed": tool_calls_streamed,
    "tool's result": tool_result,
    "JSON mode": json_mode,
    "structured output": structured,
    "embeddings": lambda: embeddings(encoding_format="float"),
    # What the client asks for where nobody says otherwise.
    "embeddings, base64": embeddings,
    "several choices": choices,
    "stop": stop,
    "limit": limit,
    "logprobs": logprobs,
    "wrong key": lambda: ask(OpenAI(api_key="fh-wrong")),
    "model of others": lambda: ask(model="gpt-4o"),
    "not offered": lambda: client.responses.create(model=model, input="Tere"),
    "wrong request": lambda: ask(temperature=5),
    "server's failure": lambda: ask(once, extra_body={"vllm_xargs": {"rehearsal_fail": 503}}),
    "abort": abort,
    "too many requests": too_many,
    "waits as told": waits,
}

for name in sys.argv[1:]:
    try:
        said = {"result": features[name]()}
    except Exception as error:
        response = getattr(error, "response", None)
        said = {
            "error": {
                "types": [kind.__name__ for kind in type(error).__mro__],
                "status": getattr(error, "status_code", None),
                "message": str(error),
                "retryAfter": response.headers.get("retry-after") if response is not None else None,
            }
        }
    print(json.dumps({"name": name, **said}, default=str), flush=True)
