"""The code of somebody who uses LangChain for Python: nothing in it knows of Freehold.

Runs the features that it is asked for by name, and says of each in a line of JSON what came of it.
"""

import json
import sys
import time

from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel

model = "apertus"
question = "What is the weather in Tallinn?"


class City(BaseModel):
    """A city."""

    city: str


@tool
def get_weather(city: str) -> str:
    """Weather of a city."""
    return "4 °C"


llm = ChatOpenAI(model=model)
with_tools = llm.bind_tools([get_weather])


def ordered(orders, **more):
    return ChatOpenAI(model=model, extra_body={"vllm_xargs": orders}, **more)


def calls(message):
    return [{"name": call["name"], "arguments": call["args"]} for call in message.tool_calls]


def refusal():
    """A minute's requests used up: the error that says so."""
    impatient = ChatOpenAI(model=model, max_retries=0)
    for _ in range(4):
        try:
            impatient.invoke(question)
        except Exception as error:
            return error


def chat():
    answer = ChatOpenAI(model=model, max_tokens=12).invoke(question)
    return {"text": answer.text, "tokens": answer.usage_metadata["output_tokens"]}


def stream():
    text, chunks, tokens = "", 0, None
    for chunk in llm.stream(question, stream_usage=True):
        chunks += 1
        text += chunk.text
        tokens = chunk.usage_metadata["output_tokens"] if chunk.usage_metadata else tokens
    return {"text": text, "chunks": chunks, "tokens": tokens}


def tool_calls_streamed():
    whole = None
    for chunk in with_tools.stream(question):
        whole = chunk if whole is None else whole + chunk
    return calls(whole)


def tool_result():
    asked = HumanMessage(question)
    message = with_tools.invoke([asked])
    result = ToolMessage("4 °C", tool_call_id=message.tool_calls[0]["id"])
    return with_tools.invoke([asked, message, result]).text


def embeddings(**more):
    return [len(vector) for vector in OpenAIEmbeddings(model="vectors", **more).embed_documents(["üks", "kaks"])]


def choices():
    return [choice.text for choice in ChatOpenAI(model=model, n=2).generate([[HumanMessage(question)]]).generations[0]]


def stop():
    answer = llm.invoke(question, stop=["simulated"])
    return {"text": answer.text, "finish": answer.response_metadata["finish_reason"]}


def limit():
    answer = ChatOpenAI(model=model, max_tokens=3).invoke(question)
    tokens = answer.usage_metadata["output_tokens"]
    return {"finish": answer.response_metadata["finish_reason"], "tokens": tokens}


def abort():
    began, chunks = time.monotonic(), 0
    for _ in ordered({"rehearsal_tokens": 400, "rehearsal_token_ms": 50}).stream(question):
        chunks += 1
        if chunks == 5:
            break
    return {"chunks": chunks, "seconds": time.monotonic() - began}


def too_many():
    raise refusal()


def waits():
    told, began = float(refusal().response.headers["retry-after"]), time.monotonic()
    llm.invoke(question)
    return {"told": told, "seconds": time.monotonic() - began}


features = {
    "chat": chat,
    "stream": stream,
    "tools": lambda: calls(with_tools.invoke(question)),
    "tools, streamed": tool_calls_streamed,
    "tool's result": tool_result,
    "JSON mode": lambda: json.loads(llm.bind(response_format={"type": "json_object"}).invoke(question).text),
    "structured output": lambda: llm.with_structured_output(City).invoke(question).model_dump(),
    # Told to send text. Where nobody says so it sends tokens, and fetches what it counts them by from OpenAI's storage.
    "embeddings": lambda: embeddings(check_embedding_ctx_length=False, model_kwargs={"encoding_format": "float"}),
    "embeddings, base64": lambda: embeddings(check_embedding_ctx_length=False),
    "embeddings, tokens": embeddings,
    "several choices": choices,
    "stop": stop,
    "limit": limit,
    "logprobs": lambda: len(llm.bind(logprobs=True).invoke(question).response_metadata["logprobs"]["content"]),
    "wrong key": lambda: ChatOpenAI(model=model, api_key="fh-wrong").invoke(question),
    "model of others": lambda: ChatOpenAI(model="gpt-4o").invoke(question),
    "not offered": lambda: ChatOpenAI(model=model, use_responses_api=True).invoke(question),
    "wrong request": lambda: ChatOpenAI(model=model, temperature=5).invoke(question),
    "server's failure": lambda: ordered({"rehearsal_fail": 503}, max_retries=0).invoke(question),
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
