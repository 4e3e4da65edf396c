"""The benchmark's work in TRL and transformers: `peer.py WORKLOAD PRECISION TOKENS` prints one line of JSON.

Same model shape, batch, lengths, losses and epochs as `rlhf/examples/bench_rlhf`; random weights and tokens, one thread.
Gradient checkpointing is off on both sides but for `sft-checkpointing`. bf16 is the trainers' own: f32 weights under autocast.
"""

import contextlib
import copy
import json
import os
import resource
import sys
import tempfile
import time

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", TRL_EXPERIMENTAL_SILENCE="1")

import torch
from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    LlamaForSequenceClassification,
    PreTrainedTokenizerFast,
    TrainerCallback,
)

VOCABULARY, BATCH, SECONDS = 4096, 8, 4.0


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Clock(TrainerCallback):
    """Starts after the first step; ends the training when enough CPU time is spent."""

    def __init__(self):
        self.start, self.steps, self.sample = None, 0, None

    def on_step_end(self, args, state, control, **_):
        if self.start is None:
            self.start = (cpu_seconds(), time.perf_counter())
            return control
        self.steps += 1
        cpu, wall = cpu_seconds() - self.start[0], time.perf_counter() - self.start[1]
        loss = next((entry["loss"] for entry in reversed(state.log_history) if "loss" in entry), None)
        self.sample = dict(
            perCpuSecond=self.steps / cpu, perSecond=self.steps / wall, peakMib=peak_mib(), loss=loss
        )
        if self.steps >= 2 and cpu >= SECONDS:
            control.should_training_stop = True
        return control


def config(**more):
    return LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=256, intermediate_size=688, num_hidden_layers=6, num_attention_heads=4,
        num_key_value_heads=4, max_position_embeddings=1024, rms_norm_eps=1e-5, tie_word_embeddings=False,
        pad_token_id=0, bos_token_id=1, eos_token_id=2, **more,
    )  # fmt: skip


def policy():
    return LlamaForCausalLM(config())


def judge():
    return LlamaForSequenceClassification(config(num_labels=1))


def tokenizer():
    """Word tN is token N, so that a text of random words is a row of random ids."""
    words = {"<pad>": 0, "<s>": 1, "</s>": 2} | {f"t{n}": n for n in range(3, VOCABULARY)}
    core = Tokenizer(models.WordLevel(words, unk_token="<s>"))
    core.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=core, pad_token="<pad>", bos_token="<s>", eos_token="</s>")


def ids(n):
    return torch.randint(10, VOCABULARY, (n,)).tolist()


def text(n):
    return " ".join(f"t{i}" for i in ids(n))


def common(precision, folder, checkpointing=False):
    return dict(
        output_dir=folder, per_device_train_batch_size=BATCH, learning_rate=1e-5, max_grad_norm=1.0, use_cpu=True,
        bf16=precision == "bf16", gradient_checkpointing=checkpointing, logging_steps=1, save_strategy="no", report_to="none",
        disable_tqdm=True, dataloader_pin_memory=False,
    )  # fmt: skip


def train(workload, precision, tokens, folder):
    import trl

    clock, n = Clock(), 64 * BATCH
    more = dict(callbacks=[clock], processing_class=tokenizer())
    settings = common(precision, folder, workload == "sft-checkpointing")
    if workload == "ppo":
        from trl.experimental.ppo import PPOConfig, PPOTrainer

        prompts = Dataset.from_list([{"input_ids": ids(tokens // 2)} for _ in range(n)])
        args = PPOConfig(
            **settings, response_length=tokens // 2, temperature=1.0, num_ppo_epochs=4, num_mini_batches=1,
            total_episodes=4 * BATCH, num_sample_generations=0, kl_coef=0.05,
        )  # fmt: skip
        model, critic = policy(), judge()
        trainer = PPOTrainer(
            args, model=model, ref_model=copy.deepcopy(model), reward_model=copy.deepcopy(critic), value_model=critic,
            train_dataset=prompts, eval_dataset=prompts, **more,
        )  # fmt: skip
    elif workload in ("sft", "sft-checkpointing"):
        rows = Dataset.from_list([{"input_ids": ids(tokens)} for _ in range(n)])
        args = trl.SFTConfig(**settings, max_steps=n, max_length=tokens)
        trainer = trl.SFTTrainer(policy(), args=args, train_dataset=rows, **more)
    elif workload == "reward":
        rows = [{"chosen_ids": ids(tokens), "rejected_ids": ids(tokens)} for _ in range(n)]
        args = trl.RewardConfig(**settings, max_steps=n, max_length=tokens)
        trainer = trl.RewardTrainer(judge(), args=args, train_dataset=Dataset.from_list(rows), **more)
    else:
        # The trainer puts an end token behind each completion.
        half = tokens // 2
        row = lambda: {"prompt": text(half), "chosen": " " + text(half - 1), "rejected": " " + text(half - 1)}
        args = trl.DPOConfig(**settings, max_steps=n, max_length=tokens, beta=0.1)
        model = policy()
        rows = Dataset.from_list([row() for _ in range(n)])
        trainer = trl.DPOTrainer(model, ref_model=copy.deepcopy(model), args=args, train_dataset=rows, **more)
    trainer.train()
    return clock.sample


def generate(rows, precision, tokens):
    model = policy().eval()
    if precision == "bf16":
        model = model.to(torch.bfloat16)
    prompts = torch.randint(10, VOCABULARY, (rows, tokens // 2))
    model.generation_config.eos_token_id = None
    new = tokens // 2

    def work():
        with torch.no_grad():
            model.generate(
                prompts, attention_mask=torch.ones_like(prompts), do_sample=True, top_k=0, min_new_tokens=new,
                max_new_tokens=new,
            )  # fmt: skip

    work()
    cpu, wall, rounds = cpu_seconds(), time.perf_counter(), 0
    while rounds < 2 or cpu_seconds() - cpu < SECONDS:
        work()
        rounds += 1
    done = rounds * rows * new
    return dict(
        perCpuSecond=done / (cpu_seconds() - cpu), perSecond=done / (time.perf_counter() - wall),
        peakMib=peak_mib(), loss=None,
    )  # fmt: skip


def main():
    workload, precision, tokens = sys.argv[1], sys.argv[2], int(sys.argv[3])
    torch.set_num_threads(1)
    torch.manual_seed(1)
    # Trainers talk on standard output, which belongs to the result.
    with contextlib.redirect_stdout(sys.stderr), tempfile.TemporaryDirectory() as folder:
        if workload.startswith("generate-"):
            sample = generate(int(workload.removeprefix("generate-")), precision, tokens)
        else:
            sample = train(workload, precision, tokens, folder)
    print(json.dumps(sample))


main()
