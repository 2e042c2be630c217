"""Writes graph.onnx: the bundled model in such operators that onnxruntime computes in int8 and with fused attention.

    .venv/bin/python -m papers.search.embedding.graph

The file has no weights of its own. Each one is a range of bytes of the packaged model.onnx, which onnxruntime reads
from there. Beside it, sentences.npy has the packaged model's own vectors of SENTENCES, with which a process compares
what its processor makes of the graph. Needs the package onnx, which only the tests install.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy
import onnx
from onnx import parser

from papers.search.embedding import bundled

_LAYERS, _HEADS = 6, 12
_LINEAR = {  # the linear maps of a layer, by their names below
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "mixed": "attention.output.dense",
    "wide": "intermediate.dense",
    "narrow": "output.dense",
}
_NORMS = {"attention_norm": "attention.output.LayerNorm", "norm": "output.LayerNorm"}
_EMBEDDINGS = {
    "words": "word_embeddings.weight_q",
    "words_scale": "word_embeddings.weight_scale",
    "positions": "position_embeddings.weight_q",
    "positions_scale": "position_embeddings.weight_scale",
    "types": "token_type_embeddings.weight",
    "norm_weight": "LayerNorm.weight",
    "norm_bias": "LayerNorm.bias",
}

# ONNX's text format. Of the three inputs, which are those of the packaged model, a single text needs only the first.
_MODEL = """
    <ir_version: 8, opset_import: ["": 18, "com.microsoft": 1]>
    minilm (int64[batch, sequence] input_ids, int64[batch, sequence] attention_mask,
            int64[batch, sequence] token_type_ids) => (float[batch, sequence, 384] last_hidden_state)
    <int64[1] flat = {{-1}}, int64[1] zero = {{0}}, int64[1] one = {{1}}>
    {{
        word_rows = Gather <axis = 0> (words, input_ids)
        word_floats = Cast <to = 1> (word_rows)
        word_scales = Gather <axis = 0> (words_scale, input_ids)
        word_vectors = Mul (word_floats, word_scales)
        position_floats = Cast <to = 1> (positions)
        position_vectors = Mul (position_floats, positions_scale)
        first_type = Slice (types, zero, one)
        all_positions = Add (position_vectors, first_type)
        length = Shape <start = 1> (input_ids)
        used_positions = Slice (all_positions, zero, length, zero)
        sums = Add (word_vectors, used_positions)
        states0 = LayerNormalization <axis = -1, epsilon = 1e-12> (sums, norm_weight, norm_bias)
        {layers}
        last_hidden_state = Identity (states{count})
    }}
"""
_LAYER = """
        {query}
        {key}
        {value}
        heads{i} = com.microsoft.MultiHeadAttention <num_heads = {heads}> (query{i}, key{i}, value{i})
        {mixed}
        attended{i} = com.microsoft.SkipLayerNormalization <epsilon = 1e-12>
            (mixed{i}, states{i}, attention_norm{i}_weight, attention_norm{i}_bias)
        {wide}
        active{i} = com.microsoft.Gelu (wide{i})
        {narrow}
        states{next} = com.microsoft.SkipLayerNormalization <epsilon = 1e-12>
            (narrow{i}, attended{i}, norm{i}_weight, norm{i}_bias)
"""
# A linear map. Of the middle two onnxruntime makes one MatMulNBits, since bundled.load() asks for it.
_MAP = """
        {name}_scale = Reshape ({name}_row, flat)
        {name}_floats = DequantizeLinear <axis = 1> ({name}_weight, {name}_scale)
        {name}_product = MatMul ({argument}, {name}_floats)
        {name} = Add ({name}_product, {name}_bias)
"""
_ARGUMENTS = dict.fromkeys(("query", "key", "value"), "states") | {
    "mixed": "heads",
    "wide": "attended",
    "narrow": "active",
}


def build() -> bytes:
    """The content of graph.onnx."""
    model = parser.parse_model(_MODEL.format(layers="".join(map(_layer, range(_LAYERS))), count=_LAYERS))
    model.graph.initializer.extend(_weights(bundled.packaged().read_bytes()))
    return model.SerializeToString(deterministic=True)


def _layer(i: int) -> str:
    maps = {name: _MAP.format(name=f"{name}{i}", argument=f"{of}{i}") for name, of in _ARGUMENTS.items()}
    return _LAYER.format(i=i, next=i + 1, heads=_HEADS, **maps)


def _weights(packaged: bytes) -> Iterator[onnx.TensorProto]:
    """The weights by the names that they have above, each of them a range of the packaged file."""
    graph = onnx.load_model_from_string(packaged).graph
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    for name, theirs in _names(graph):
        tensor = tensors[theirs]
        start = packaged.index(tensor.raw_data)
        if packaged.count(tensor.raw_data) != 1:
            raise ValueError(f"{theirs} is not in one place of the file")
        place = {"location": bundled.packaged().name, "offset": start, "length": len(tensor.raw_data)}
        yield onnx.TensorProto(
            name=name,
            data_type=tensor.data_type,
            dims=tensor.dims,
            data_location=onnx.TensorProto.EXTERNAL,
            external_data=[onnx.StringStringEntryProto(key=key, value=str(value)) for key, value in place.items()],
        )


def _names(graph: onnx.GraphProto) -> Iterator[tuple[str, str]]:
    """Names above, each with that in the packaged model. A linear map's weight has a number there, its bias a name."""
    product = {node.output[0]: node.input[1] for node in graph.node if node.op_type == "MatMul"}
    weight = {bias: product.get(made) for node in graph.node if node.op_type == "Add" for made, bias in [node.input]}
    for name, theirs in _EMBEDDINGS.items():
        yield name, f"inner.embeddings.{theirs}"
    for i in range(_LAYERS):
        for name, theirs in _LINEAR.items():
            bias = f"inner.encoder.layer.{i}.{theirs}.bias"
            yield f"{name}{i}_bias", bias
            yield f"{name}{i}_weight", f"{weight[bias]}_q"
            yield f"{name}{i}_row", f"{weight[bias]}_scale"
        for name, theirs in _NORMS.items():
            for part in ("weight", "bias"):
                yield f"{name}{i}_{part}", f"inner.encoder.layer.{i}.{theirs}.{part}"


def reference() -> numpy.ndarray:
    """The content of sentences.npy: the packaged model's vectors of SENTENCES, one a row."""
    model = bundled.load(str(bundled.packaged()))
    return numpy.stack([bundled._vector(model, text) for text in bundled.SENTENCES]).astype(numpy.float16)


if __name__ == "__main__":
    bundled.GRAPH.write_bytes(build())
    numpy.save(Path(bundled.REFERENCE), reference())
