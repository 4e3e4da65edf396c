//! Behaviour of batched generation on a small random model.

use super::*;
use crate::model::test_model;

fn options(samples: usize) -> GenerateOptions {
    let sampler = Sampler { seed: 11, ..Sampler::default() };
    GenerateOptions { sampler, samples, max_new_tokens: 12, ..GenerateOptions::default() }
}

fn prompts() -> Vec<Vec<i64>> {
    vec![vec![3, 9, 4], vec![7], vec![5, 6, 7, 8, 9, 10, 11]]
}

#[test]
fn the_same_seed_gives_the_same_completions_and_another_seed_others() {
    let model = test_model(1);
    let first = generate(&model, &prompts(), &options(3)).unwrap();
    assert_eq!(first, generate(&model, &prompts(), &options(3)).unwrap());
    let mut other = options(3);
    other.sampler.seed = 12;
    assert_ne!(first, generate(&model, &prompts(), &other).unwrap());
}

#[test]
fn a_completion_does_not_depend_on_the_rows_beside_it() {
    let model = test_model(1);
    let together = generate(&model, &prompts(), &options(3)).unwrap();
    for max_rows in [1, 2, 4] {
        let split = generate(&model, &prompts(), &GenerateOptions { max_rows, ..options(3) }).unwrap();
        let ids = |all: &[Completion]| {
            all.iter().map(|c| (c.prompt, c.sample, c.token_ids.clone())).collect::<Vec<_>>()
        };
        assert_eq!(ids(&split), ids(&together), "{max_rows} rows at a time");
    }
    let alone = GenerateOptions { first_prompt: 2, ..options(3) };
    let last = generate(&model, &prompts()[2..], &alone).unwrap();
    assert_eq!(last[1].token_ids, together[7].token_ids);
}

#[test]
fn workers_sample_what_one_thread_samples() {
    let model = test_model(1);
    let ids = |workers| {
        let options = GenerateOptions { workers, max_rows: 2, ..options(3) };
        generate(&model, &prompts(), &options).unwrap().into_iter().map(|c| c.token_ids).collect::<Vec<_>>()
    };
    assert_eq!(ids(2), ids(1));
}

#[test]
fn a_stop_id_ends_the_row_and_is_kept_as_its_last_token() {
    let model = test_model(1);
    let free = generate(&model, &prompts(), &options(1)).unwrap();
    let stop = free[0].token_ids[4];
    let mut stopping = options(1);
    stopping.sampler.stop_ids = vec![stop];
    let stopped = &generate(&model, &prompts(), &stopping).unwrap()[0];
    let end = free[0].token_ids.iter().position(|&id| id == stop).unwrap();
    assert_eq!(stopped.token_ids, free[0].token_ids[..=end]);
    assert_eq!((stopped.finish_reason, stopped.text_ids()), (FinishReason::Stop, &free[0].token_ids[..end]));
}

#[test]
fn logprobs_are_those_of_a_full_pass() {
    let model = test_model(1);
    for completion in generate(&model, &prompts(), &options(1)).unwrap() {
        let prompt = &prompts()[completion.prompt];
        let row: Vec<i64> = prompt.iter().chain(&completion.token_ids).copied().collect();
        let (ids, _) = pad([row.as_slice()].into_iter(), Device::Cpu);
        let logprobs = model.logits(&model.forward(&ids, Adapters::On)).log_softmax(-1, tch::Kind::Float);
        for (i, &token_id) in completion.token_ids.iter().enumerate() {
            let full = logprobs.double_value(&[0, (prompt.len() + i - 1) as i64, token_id]);
            assert!((full - f64::from(completion.logprobs[i])).abs() < 1e-5);
        }
    }
}

#[test]
fn the_callback_can_stop_one_row() {
    let model = test_model(1);
    let mut seen = 0;
    let completions = generate_each(&model, &prompts(), &options(1), &mut |sampled| {
        seen += usize::from(sampled.prompt == 1);
        if sampled.prompt == 1 && seen == 3 { Flow::Stop } else { Flow::Continue }
    })
    .unwrap();
    assert_eq!((completions[1].token_ids.len(), completions[1].finish_reason), (3, FinishReason::Cancelled));
    assert_eq!(completions[2].token_ids.len(), 12);
}

#[test]
fn the_context_limits_a_long_prompt_and_what_does_not_fit_is_refused() {
    let model = test_model(1);
    let room = model.max_positions() as usize;
    let completions = generate(&model, &[vec![5; room - 2]], &options(1)).unwrap();
    assert_eq!((completions[0].token_ids.len(), completions[0].finish_reason), (2, FinishReason::Length));
    let error = |prompt| generate(&model, &[prompt], &options(1)).unwrap_err();
    assert_eq!(error(vec![]), GenerateError::EmptyPrompt { index: 0 });
    assert!(matches!(error(vec![5; room]), GenerateError::PromptTooLong { .. }));
    assert!(matches!(error(vec![1_000_000]), GenerateError::UnknownToken { .. }));
}

type Tokens = Vec<(i64, f32)>;

/// Decodes the prompts together, each joining before the step that is given for it; tokens by prompt.
fn decoded(model: &Llama, max_rows: usize, joins: &[(usize, usize)]) -> [Tokens; 3] {
    let sampler = Arc::new(Sampler { seed: 11, repetition_penalty: 1.2, ..Sampler::default() });
    let drawn = std::cell::RefCell::new([vec![], vec![], vec![]]);
    let mut on_token = |token: Drawn| {
        drawn.borrow_mut()[token.id as usize].push((token.token_id, token.logprob));
        Flow::Continue
    };
    let mut decoder = Decoder::new(model, max_rows, Adapters::On);
    for step in 0..40 {
        for &(id, _) in joins.iter().filter(|(_, at)| *at == step) {
            let prompt =
                Prefill::new(model, prompts()[id].as_slice().into(), None).finish(model, Adapters::On);
            let (prompt_number, sampler) = (id as u64, Arc::clone(&sampler));
            let row = Row {
                id: prompt_number,
                sampler,
                prompt: prompt_number,
                sample: 0,
                max_new_tokens: 12 + 5 * id,
                n_top: None,
            };
            decoder.join(&prompt, row, &mut on_token);
        }
        decoder.step(model, &mut on_token);
    }
    drawn.into_inner()
}

#[test]
fn a_row_is_the_same_alone_in_a_batch_and_joining_late() {
    let model = test_model(1);
    let together = decoded(&model, 8, &[(0, 0), (1, 0), (2, 0)]);
    for joins in [[(0, 7), (1, 0), (2, 3)], [(2, 0), (0, 13), (1, 14)]] {
        assert_same(&decoded(&model, 8, &joins), &together);
    }
    for (id, tokens) in together.iter().enumerate() {
        let mut alone: [Tokens; 3] = Default::default();
        alone[id] = decoded(&model, 8, &[(id, 2)])[id].clone();
        assert_eq!((alone[id].len(), tokens.len()), (12 + 5 * id, 12 + 5 * id));
        let mut expected: [Tokens; 3] = Default::default();
        expected[id] = tokens.clone();
        assert_same(&alone, &expected);
    }
}

/// The same tokens and the same bits; where libtorch makes the steps, up to what its products may round otherwise.
fn assert_same(a: &[Tokens; 3], b: &[Tokens; 3]) {
    if crate::simd::is_fast() {
        assert_eq!(a, b);
    }
    for (a, b) in a.iter().zip(b) {
        let ids = |tokens: &Tokens| tokens.iter().map(|(id, _)| *id).collect::<Vec<_>>();
        assert_eq!(ids(a), ids(b));
        assert!(a.iter().zip(b).all(|((_, a), (_, b))| (a - b).abs() < 1e-5));
    }
}

#[test]
fn rows_that_end_make_room_for_waiting_ones() {
    let model = test_model(1);
    let mut options = options(40);
    options.sampler.stop_ids = vec![3, 4, 5];
    let ids = |options: &GenerateOptions| {
        let completions = generate(&model, &prompts(), options).unwrap();
        completions.into_iter().map(|c| (c.token_ids, c.finish_reason)).collect::<Vec<_>>()
    };
    let all = ids(&GenerateOptions { max_rows: 120, ..options.clone() });
    assert!(
        all.iter().any(|(tokens, _)| tokens.len() < 6) && all.iter().any(|(tokens, _)| tokens.len() == 12)
    );
    assert_eq!(ids(&GenerateOptions { max_rows: 4, ..options.clone() }), all);
    assert_eq!(ids(&GenerateOptions { max_rows: 4, workers: 3, ..options }), all);
}

#[test]
fn a_prompt_that_shares_its_beginning_goes_on_as_if_it_did_not() {
    let mut config = test_model(1).config;
    config.max_position_embeddings = 512;
    let mut rng = <rand_chacha::ChaCha8Rng as rand::SeedableRng>::seed_from_u64(4);
    let params = crate::model::Params::random(&config, 0.3, &mut rng);
    let model = Llama::new(config, &params, crate::model::Precision::F32, Device::Cpu).unwrap();
    let row = |id, sampler: &Arc<Sampler>| Row {
        id,
        sampler: Arc::clone(sampler),
        prompt: 0,
        sample: 0,
        max_new_tokens: 20,
        n_top: Some(2),
    };
    let sampler = Arc::new(Sampler { seed: 3, ..Sampler::default() });
    let tokens: Arc<[i64]> = (0..200).map(|i| (i * 7 + i / 9) % 48).collect();
    let other: Arc<[i64]> = tokens[..2 * STRETCH + 5].into();
    let first = Prefill::new(&model, other, None).finish(&model, Adapters::On);
    let draw = |shared: Option<(&crate::model::Prefix, usize)>| {
        let prompt = Prefill::new(&model, Arc::clone(&tokens), shared).finish(&model, Adapters::On);
        let drawn = std::cell::RefCell::new(vec![]);
        let mut on_token = |token: Drawn| {
            drawn.borrow_mut().push((token.token_id, token.logprobs));
            Flow::Continue
        };
        let mut decoder = Decoder::new(&model, 4, Adapters::On);
        decoder.join(&prompt, row(0, &sampler), &mut on_token);
        while decoder.rows() > 0 {
            decoder.step(&model, &mut on_token);
        }
        drawn.into_inner()
    };
    // To the last bit, because the stretches are computed with the same shapes.
    assert_eq!(draw(Some((&first.prefix, 2 * STRETCH))), draw(None));
}
