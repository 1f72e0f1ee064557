"""The code of somebody who uses LlamaIndex for Python with its model for compatible servers: nothing in it knows of Freehold.

Runs the features that it is asked for by name, and says of each in a line of JSON what came of it.
"""

import json
import os
import sys
import time

from llama_index.core.llms import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai_like import OpenAILike
from pydantic import BaseModel

question = "What is the weather in Tallinn?"


class City(BaseModel):
    """A city."""

    city: str


def get_weather(city: str) -> str:
    """Weather of a city."""
    return "4 °C"


def model(**more):
    settings = {
        "model": "apertus",
        "api_base": os.environ["OPENAI_BASE_URL"],
        "api_key": os.environ["OPENAI_API_KEY"],
        "is_chat_model": True,
        "is_function_calling_model": True,
        "context_window": 8192,
    }
    return OpenAILike(**{**settings, **more})


llm = model()
asked = [ChatMessage(role="user", content=question)]
tools = [FunctionTool.from_defaults(get_weather)]


def ordered(orders, **more):
    return model(additional_kwargs={"extra_body": {"vllm_xargs": orders}}, **more)


def calls(response):
    made = llm.get_tool_calls_from_response(response)
    return [{"name": call.tool_name, "arguments": call.tool_kwargs} for call in made]


def refusal():
    """A minute's requests used up: the error that says so."""
    impatient = model(max_retries=0)
    for _ in range(4):
        try:
            impatient.chat(asked)
        except Exception as error:
            return error


def chat():
    answer = model(max_tokens=12).chat(asked)
    return {"text": answer.message.content, "tokens": answer.raw.usage.completion_tokens}


def stream():
    text, chunks, tokens = "", 0, None
    for chunk in model(additional_kwargs={"stream_options": {"include_usage": True}}).stream_chat(asked):
        chunks += 1
        text += chunk.delta or ""
        tokens = chunk.raw.usage.completion_tokens if chunk.raw.usage else tokens
    return {"text": text, "chunks": chunks, "tokens": tokens}


def tool_calls_streamed():
    *_, last = llm.stream_chat_with_tools(tools, user_msg=question)
    return calls(last)


def tool_result():
    response = llm.chat_with_tools(tools, user_msg=question)
    [call] = llm.get_tool_calls_from_response(response)
    result = ChatMessage(role="tool", content="4 °C", additional_kwargs={"tool_call_id": call.tool_id})
    return llm.chat_with_tools(tools, chat_history=[*asked, response.message, result]).message.content


def stop():
    answer = model(additional_kwargs={"stop": ["simulated"]}).chat(asked)
    return {"text": answer.message.content, "finish": answer.raw.choices[0].finish_reason}


def limit():
    answer = model(max_tokens=3).chat(asked)
    return {"finish": answer.raw.choices[0].finish_reason, "tokens": answer.raw.usage.completion_tokens}


def abort():
    began, chunks = time.monotonic(), 0
    events = ordered({"rehearsal_tokens": 400, "rehearsal_token_ms": 50}).stream_chat(asked)
    for _ in events:
        chunks += 1
        if chunks == 5:
            break
    events.close()
    return {"chunks": chunks, "seconds": time.monotonic() - began}


def too_many():
    raise refusal()


def waits():
    told, began = float(refusal().response.headers["retry-after"]), time.monotonic()
    llm.chat(asked)
    return {"told": told, "seconds": time.monotonic() - began}


features = {
    "chat": chat,
    "stream": stream,
    "tools": lambda: calls(llm.chat_with_tools(tools, user_msg=question)),
    "tools, streamed": tool_calls_streamed,
    "tool's result": tool_result,
    "JSON mode": lambda: json.loads(
        model(additional_kwargs={"response_format": {"type": "json_object"}}).chat(asked).message.content
    ),
    "structured output": lambda: llm.as_structured_llm(City).chat(asked).raw.model_dump(),
    "stop": stop,
    "limit": limit,
    "logprobs": lambda: len(model(logprobs=True).chat(asked).logprobs),
    "wrong key": lambda: model(api_key="fh-wrong").chat(asked),
    "model of others": lambda: model(model="gpt-4o").chat(asked),
    "wrong request": lambda: model(additional_kwargs={"top_p": 5}).chat(asked),
    "server's failure": lambda: ordered({"rehearsal_fail": 503}, max_retries=0).chat(asked),
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
