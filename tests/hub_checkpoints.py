"""Tiny checkpoints of the classes that the Hub parts open: random weights, real settings, tokenizers and processors, as the libraries save them."""

import functools
import json
import tempfile
from pathlib import Path

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "sat", "on", "mat", "who", "?", "."]
TALK = ("{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}")  # fmt: skip
LETTERS = "-abcdefghijklmnopqrstuvwxyz '"
WRITERS = {"n_positions": 128, "n_embd": 16, "n_layer": 2, "n_head": 2}


@functools.cache
def every():
    """One checkpoint of each kind, {file: bytes} by the name of its repository; made once for all tests."""
    with tempfile.TemporaryDirectory() as folder:
        return _every(Path(folder))


def _every(folder):
    found = {
        "tiny/gpt2": writer(folder / "gpt2"), "tiny/talker": writer(folder / "talker", "llama", chat=True), "tiny/masked": reader(folder / "masked", "MaskedLM"),
        "tiny/feelings": reader(folder / "feelings", "SequenceClassification", ("bad", "good", "mixed")),
        "tiny/tags": reader(folder / "tags", "SequenceClassification", ("dull", "long"), problem_type="multi_label_classification"),
        "tiny/infer": reader(folder / "infer", "SequenceClassification", ("ENTAILMENT", "NEUTRAL")),
        "tiny/names": reader(folder / "names", "TokenClassification", ("O", "B-PER", "I-GPE", "B-MISC")), "tiny/answers": reader(folder / "answers", "QuestionAnswering"),
        "tiny/t5": rewriter(folder / "t5"), "tiny/bart": rewriter(folder / "bart", "bart"), "tiny/marian": translator(folder / "marian"),
        "tiny/whisper": listener(folder / "whisper"), "tiny/voice": voice(folder / "voice"),
    }  # fmt: skip
    return found | {"tiny/pickled": pickled(found["tiny/gpt2"]), "tiny/program": foreign(found["tiny/gpt2"])}


def _libraries():
    from playground.core import torchvision_guard

    torchvision_guard.install()
    import torch
    import transformers

    torch.manual_seed(0)
    return transformers


def _byte_level(specials):
    """A byte-level BPE tokenizer without merges: one token a byte, and the special ones."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    signs = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE({sign: i for i, sign in enumerate(signs)}, []))
    made.pre_tokenizer, made.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    made.add_special_tokens(list(specials))
    return made


def writer(place, family="gpt2", chat=False):
    """A causal language model of GPT-2's or Llama's family that knows single bytes; with `chat` its tokenizer brings a template."""
    transformers = _libraries()
    made = _byte_level(("<|endoftext|>", "<|im_start|>", "<|im_end|>"))
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<|im_end|>" if chat else "<|endoftext|>", bos_token="<|endoftext|>")
    if chat:
        tokenizer.chat_template = TALK
    size, end = len(tokenizer), tokenizer.eos_token_id
    if family == "gpt2":
        network = transformers.GPT2LMHeadModel(transformers.GPT2Config(vocab_size=size, eos_token_id=end, bos_token_id=end, **WRITERS))
    else:
        network = transformers.LlamaForCausalLM(transformers.LlamaConfig(
            vocab_size=size, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1, max_position_embeddings=256,
            eos_token_id=end, bos_token_id=end,
        ))  # fmt: skip
    return _saved(place, network, tokenizer)


def reader(place, kind, labels=(), **more):
    """A BERT for "MaskedLM", "SequenceClassification", "TokenClassification" or "QuestionAnswering"."""
    transformers = _libraries()
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    made = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=made, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]")
    named = {"id2label": dict(enumerate(labels)), "label2id": {word: i for i, word in enumerate(labels)}} if labels else {}
    settings = transformers.BertConfig(vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, max_position_embeddings=64,
                                       **named, **more)  # fmt: skip
    return _saved(place, getattr(transformers, f"BertFor{kind}")(settings), tokenizer)


def rewriter(place, family="t5"):
    """A T5 or BART that reads single bytes and writes them."""
    transformers = _libraries()
    from tokenizers import processors

    made = _byte_level(("<pad>", "</s>", "<s>"))
    end = made.token_to_id("</s>")
    made.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A $B </s>", special_tokens=[("</s>", end)])
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=made, eos_token="</s>", pad_token="<pad>", bos_token="<s>")
    common = {"vocab_size": len(tokenizer), "pad_token_id": tokenizer.pad_token_id, "eos_token_id": end, "decoder_start_token_id": tokenizer.pad_token_id}
    if family == "t5":
        network = transformers.T5ForConditionalGeneration(transformers.T5Config(d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2, **common))
    else:
        network = transformers.BartForConditionalGeneration(transformers.BartConfig(
            d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32,
            max_position_embeddings=512, forced_eos_token_id=end, **common,
        ))  # fmt: skip
    return _saved(place, network, tokenizer)


def translator(place):
    """A Marian, whose words are split by a library of its own."""
    import io

    import sentencepiece

    transformers = _libraries()
    lines, made = ["the cat sat on the mat.", "a dog ran in the park.", "der Hund lief im Park.", "die Katze auf der Matte."] * 20, io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(lines), model_writer=made, vocab_size=60, hard_vocab_limit=False, minloglevel=2)
    pieces = sentencepiece.SentencePieceProcessor(model_proto=made.getvalue())
    names = ["</s>", "<unk>", *(each for i in range(len(pieces)) if not (each := pieces.id_to_piece(i)).startswith("<")), "<pad>"]
    last = len(names) - 1
    network = transformers.MarianMTModel(transformers.MarianConfig(
        vocab_size=len(names), d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=16, decoder_ffn_dim=16,
        max_position_embeddings=512, pad_token_id=last, eos_token_id=0, forced_eos_token_id=0, decoder_start_token_id=last,
    ))  # fmt: skip
    settings = {"tokenizer_class": "MarianTokenizer", "source_lang": "en", "target_lang": "de"}
    return _saved(place, network) | {"tokenizer_config.json": json.dumps(settings).encode(), "vocab.json": json.dumps({each: i for i, each in enumerate(names)}).encode(),
                                     "source.spm": made.getvalue(), "target.spm": made.getvalue()}  # fmt: skip


def listener(place):
    """A Whisper that knows two languages, with its processor."""
    transformers = _libraries()
    specials = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|fr|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>",
                "<|notimestamps|>"]  # fmt: skip
    made = _byte_level([*specials, *(f"<|{i * 0.02:.2f}|>" for i in range(1501))])
    number = {word: made.token_to_id(word) for word in specials}
    place = Path(place)
    place.mkdir(parents=True, exist_ok=True)
    made.save(str(place / "tokenizer.json"))
    tokenizer = transformers.WhisperTokenizerFast(tokenizer_file=str(place / "tokenizer.json"), language="en", task="transcribe")
    settings = transformers.WhisperConfig(
        vocab_size=made.get_vocab_size(), d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=16,
        decoder_ffn_dim=16, num_mel_bins=80, decoder_start_token_id=number["<|startoftranscript|>"], bos_token_id=number["<|endoftext|>"],
        eos_token_id=number["<|endoftext|>"], pad_token_id=number["<|endoftext|>"], suppress_tokens=None, begin_suppress_tokens=None,
    )  # fmt: skip
    network = transformers.WhisperForConditionalGeneration(settings)
    told = network.generation_config
    told.is_multilingual, told.lang_to_id = True, {"<|en|>": number["<|en|>"], "<|fr|>": number["<|fr|>"]}
    told.task_to_id = {"transcribe": number["<|transcribe|>"], "translate": number["<|translate|>"]}
    told.no_timestamps_token_id, told.max_initial_timestamp_index = number["<|notimestamps|>"], 50
    told.max_length, told.prev_sot_token_id, told._from_model_config = 448, number["<|startofprev|>"], False
    return _saved(place, network, transformers.WhisperProcessor(transformers.WhisperFeatureExtractor(), tokenizer))


def voice(place):
    """A VITS that reads small letters, as MMS does."""
    transformers = _libraries()
    place = Path(place)
    place.mkdir(parents=True, exist_ok=True)
    (place / "letters.json").write_text(json.dumps({letter: i for i, letter in enumerate(LETTERS)}))
    tokenizer = transformers.VitsTokenizer(str(place / "letters.json"), pad_token="-", unk_token="-", is_uroman=False, phonemize=False)
    network = transformers.VitsModel(transformers.VitsConfig(
        vocab_size=len(LETTERS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, ffn_dim=16, flow_size=16, spectrogram_bins=9, upsample_initial_channel=16,
        upsample_rates=[4, 4], upsample_kernel_sizes=[8, 8], resblock_kernel_sizes=[3], resblock_dilation_sizes=[[1]], prior_encoder_num_flows=1,
        posterior_encoder_num_wavenet_layers=1, prior_encoder_num_wavenet_layers=1, duration_predictor_num_flows=1,
        duration_predictor_filter_channels=16, wavenet_kernel_size=3, depth_separable_num_layers=1,
    ))  # fmt: skip
    made = _saved(place, network, tokenizer)
    del made["letters.json"]
    from safetensors.torch import load, save

    old = {"parametrizations.weight.original0": "weight_g", "parametrizations.weight.original1": "weight_v"}  # as the weights of MMS are named
    weights = load(made["model.safetensors"])
    renamed = {next((name.replace(new, before) for new, before in old.items() if new in name), name): value for name, value in weights.items()}
    assert renamed.keys() != weights.keys()
    return made | {"model.safetensors": save(renamed, {"format": "pt"})}


def foreign(files):
    """The files of a checkpoint as of a repository whose model is a program of its own."""
    settings = {**json.loads(files["config.json"]), "model_type": "homemade", "architectures": ["HomemadeForCausalLM"],
                "auto_map": {"AutoConfig": "configuration_homemade.HomemadeConfig", "AutoModelForCausalLM": "modeling_homemade.Homemade"}}  # fmt: skip
    program = b"raise SystemExit('this must never run')\n"
    return {**files, "config.json": json.dumps(settings).encode(), "configuration_homemade.py": program, "modeling_homemade.py": program}


def pickled(files):
    """The files of a checkpoint with its weights only as Python's pickle; opening it would leave a mark."""
    return {**{name: content for name, content in files.items() if name != "model.safetensors"}, "pytorch_model.bin": b"\x80\x04cbuiltins\neval\n(V1/0\ntR."}


def _saved(place, network, *others):
    place = Path(place)
    network.save_pretrained(place)
    for each in others:
        each.save_pretrained(place)
    return {each.name: each.read_bytes() for each in place.iterdir() if each.is_file()}
