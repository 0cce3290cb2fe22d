"""A sentence-transformers model of the BERT family as one ONNX graph with 8-bit weights; torch takes no part.

The graph is written straight from the weights with ONNX Runtime's own fused operators, in about a second.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnx import ModelProto

Weights = Mapping[str, NDArray[Any]]

VERSION = 4  # of what this file writes: a change makes every installation export again
MICROSOFT = "com.microsoft"  # the domain of the fused operators
QUERY_KEY_VALUE = ("query", "key", "value")
FLOATS = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}
MODULES = ("Transformer", "Pooling", "Normalize")


class NotExportable(Exception):
    """The model is built in another way than this file writes; the message says which."""


@dataclass(frozen=True)
class Model:
    """What has to be known about a model beside its graph."""

    folder: Path
    longest: int  # tokens
    takes_first: bool  # the vector is the first token's, not the mean of all

    @property
    def key(self) -> str:
        """Names the export: other weights in the same place have another size or age."""
        weights = (self.folder / "model.safetensors").stat()
        said = f"{VERSION} {self.folder.resolve()} {weights.st_size} {weights.st_mtime_ns}"
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def describe(folder: Path) -> Model:
    """Reads the small files of a model's folder. Raises NotExportable."""
    try:
        config = _read(folder, "config.json")
        modules = [module["type"].rsplit(".", 1)[-1] for module in _read(folder, "modules.json")]
        pooling = _read(folder, "1_Pooling/config.json")
        own = _read(folder, "sentence_bert_config.json")
        prompts = _read(folder, "config_sentence_transformers.json") if _has(folder, "sentence_transformers") else {}
    except (OSError, ValueError, KeyError, TypeError) as failure:
        raise NotExportable(f"its description can't be read ({type(failure).__name__})") from failure
    modes = {name for name, on in pooling.items() if name.startswith("pooling_mode_") and on is True}
    if config.get("model_type") != "bert" or config.get("hidden_act") != "gelu":
        raise NotExportable(f"it is of the kind {config.get('model_type')!r}")
    if config.get("position_embedding_type", "absolute") != "absolute":
        raise NotExportable("it counts positions in another way")
    if tuple(modules) not in (MODULES, MODULES[:2]) or len(modes) != 1 or prompts.get("default_prompt_name"):
        raise NotExportable("it makes its vectors in another way")
    if modes - {"pooling_mode_mean_tokens", "pooling_mode_cls_token"}:
        raise NotExportable("it makes its vectors in another way")
    for needed in ("model.safetensors", "tokenizer.json"):
        if not (folder / needed).is_file():
            raise NotExportable(f"it has no {needed}")
    longest = min(own.get("max_seq_length") or config["max_position_embeddings"], config["max_position_embeddings"])
    return Model(folder, longest, modes == {"pooling_mode_cls_token"})


def export(model: Model) -> bytes:
    """The graph, as ONNX Runtime reads it. Raises NotExportable."""
    from safetensors import SafetensorError

    try:
        graph = _graph(_weights(model.folder / "model.safetensors"), _read(model.folder, "config.json"))
    except SafetensorError as failure:
        raise NotExportable(f"its weights can't be read ({failure})") from failure
    except (KeyError, ValueError) as failure:
        raise NotExportable(f"its weights have other names ({failure})") from failure
    return bytes(graph.SerializeToString())


def _weights(path: Path) -> Weights:
    """The weights as floats of 32 bits, also of those that are kept in 16; numpy knows no bfloat16."""
    from safetensors import deserialize

    weights: dict[str, NDArray[Any]] = {}
    tensors: list[tuple[str, dict[str, Any]]] = deserialize(path.read_bytes())  # type: ignore[no-untyped-call]
    for name, told in tensors:
        if told["dtype"] == "BF16":
            read = (np.frombuffer(told["data"], "<u2").astype("<u4") << 16).view("<f4")
        elif told["dtype"] in FLOATS:
            read = np.frombuffer(told["data"], FLOATS[told["dtype"]]).astype("<f4", copy=False)
        else:
            continue
        weights[name] = read.reshape(told["shape"])
    return weights


def _has(folder: Path, name: str) -> bool:
    return (folder / f"config_{name}.json").is_file()


def _read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))


def _graph(weights: Weights, config: Mapping[str, Any]) -> ModelProto:
    from onnx import TensorProto, helper

    draft = _Draft(weights, config["layer_norm_eps"])
    hidden = draft.embeddings()
    for number in range(config["num_hidden_layers"]):
        hidden = draft.layer(f"encoder.layer.{number}", hidden, config["num_attention_heads"])
    inputs = [helper.make_tensor_value_info("ids", TensorProto.INT32, [1, "tokens"])]
    outputs = [helper.make_tensor_value_info(hidden, TensorProto.FLOAT, [1, "tokens", config["hidden_size"]])]
    graph = helper.make_graph(draft.nodes, "bert", inputs, outputs, draft.constants)
    versions = [helper.make_opsetid("", 18), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=versions, ir_version=9)


class _Draft:
    """The nodes and constants of a graph, as they are added; each method returns the name of what it computes."""

    def __init__(self, weights: Weights, epsilon: float) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._weights = weights
        self._epsilon = epsilon

    def embeddings(self) -> str:
        types = self._weights["embeddings.token_type_embeddings.weight"][0]  # a single text is all of type 0
        places = self._weights["embeddings.position_embeddings.weight"] + types
        words, scale = _eight_bits(self._weights["embeddings.word_embeddings.weight"])
        rows = self._node("Gather", [self._constant("words", words), "ids"], "rows")
        scales = self._node("Gather", [self._constant("scales", scale[:, None]), "ids"], "row.scales")
        vectors = self._node("Mul", [self._node("Cast", [rows], "floats", to=1), scales], "vectors")
        zero = self._constant("zero", np.zeros(1, np.int64))
        length = self._node("Shape", ["ids"], "length", start=1, end=2)
        there = self._node("Slice", [self._constant("places", places), zero, length, zero], "places.there")
        spread = self._node("Expand", [there, self._node("Shape", [vectors], "shape")], "places.spread")
        return self._normal([vectors, spread], "embeddings.LayerNorm")

    def layer(self, name: str, hidden: str, heads: int) -> str:
        out = self._linear(self._attention(hidden, name, heads), f"{name}.attention.output.dense")
        attended = self._normal([out, hidden], f"{name}.attention.output.LayerNorm")
        wide = self._linear(attended, f"{name}.intermediate.dense")
        active = self._node("Gelu", [wide], f"{name}.active", fused=True)
        return self._normal([self._linear(active, f"{name}.output.dense"), attended], f"{name}.output.LayerNorm")

    def _attention(self, hidden: str, name: str, heads: int) -> str:
        """Each token sees all others: a text is alone, so there is no padding to be left out."""
        matrix, scale, bias = self._integers(*(f"{name}.attention.self.{each}" for each in QUERY_KEY_VALUE))
        whole, step, zero = (f"{name}.{each}" for each in ("whole", "step", "zero"))
        self._node("DynamicQuantizeLinear", [hidden], whole, step, zero)
        inputs = [whole, matrix, bias, step, scale, "", zero]  # nothing is masked
        return self._node("QAttention", inputs, f"{name}.seen", fused=True, num_heads=heads)

    def _linear(self, hidden: str, name: str) -> str:
        """A layer as a product of integers; what goes in is made integer on the way."""
        matrix, scale, bias = self._integers(name)
        inputs = [hidden, matrix, scale, "", bias]  # the weights' zero is 0
        return self._node("DynamicQuantizeMatMul", inputs, f"{name}.product", fused=True)

    def _integers(self, *names: str) -> list[str]:
        """The weights of layers side by side as whole numbers, what one of these is worth, and the biases."""
        matrix, scale = _eight_bits(np.concatenate([self._weights[f"{name}.weight"] for name in names]), added=True)
        bias = np.concatenate([self._weights[f"{name}.bias"] for name in names])
        parts: Weights = {"matrix": matrix.T, "scale": scale, "bias": bias}
        return [self._constant(f"{names[0]}.{part}", each) for part, each in parts.items()]

    def _normal(self, added: list[str], name: str) -> str:
        given = [self._constant(f"{name}.{part}", self._weights[f"{name}.{part}"]) for part in ("weight", "bias")]
        # Not SkipLayerNormalization, which does both in one, and takes a tenth of all the time longer.
        both = self._node("Add", added, f"{name}.sum")
        return self._node("LayerNormalization", [both, *given], f"{name}.out", epsilon=self._epsilon)

    def _node(self, kind: str, inputs: list[str], *outputs: str, fused: bool = False, **how: Any) -> str:
        from onnx import helper

        domain = MICROSOFT if fused else ""
        self.nodes.append(helper.make_node(kind, inputs, list(outputs), domain=domain, **how))
        return outputs[0]

    def _constant(self, name: str, value: NDArray[Any]) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name


def _eight_bits(matrix: NDArray[Any], *, added: bool = False) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows as whole numbers from -127 to 127, and what each row is to be multiplied with.

    Args:
        added: two neighbours make no more than 128 together. A processor without 8-bit dot products multiplies either
            with up to 255 and adds them up in 16 bits, where more would be cut off; so all give the same vectors,
            but for rounding.
    """
    most = np.abs(matrix).max(axis=1)
    if added:
        most = np.maximum(most, np.abs(matrix.reshape(len(matrix), -1, 2).sum(axis=2)).max(axis=1))
    scale = np.maximum(most, 1e-12).astype(np.float32) / 127
    return np.rint(matrix / scale[:, None]).astype(np.int8), scale
