//! Templates and special ids on a tokenizer of a few words.

use std::{fs, path::Path};

use super::*;

fn write_folder(dir: &Path, config: &str) {
    let tokenizer = r#"{"version":"1.0","truncation":null,"padding":null,"normalizer":null,
        "added_tokens":[{"id":0,"content":"<end>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],
        "pre_tokenizer":{"type":"Whitespace"},"post_processor":null,"decoder":null,
        "model":{"type":"WordLevel","vocab":{"<end>":0,"user":1,"hello":2,"assistant":3,"<unk>":4},"unk_token":"<unk>"}}"#;
    fs::write(dir.join("tokenizer.json"), tokenizer).unwrap();
    fs::write(dir.join("tokenizer_config.json"), config).unwrap();
    fs::write(dir.join("generation_config.json"), r#"{"eos_token_id":[3,0]}"#).unwrap();
}

const TEMPLATE: &str = r#"{"eos_token":{"content":"<end>"},"chat_template":
    "{% for m in messages %}{% if m['role'] == 'root' %}{{ raise_exception('no root') }}{% endif %}{{ m['role'] + ' ' + m['content'] + eos_token }}\n{% endfor %}{% if add_generation_prompt %}{{ 'assistant' }}{% endif %}"}"#;

fn message(role: &str) -> Message {
    Message { role: role.into(), content: "hello".into() }
}

#[test]
fn a_chat_becomes_the_prompt_that_the_template_writes() {
    let dir = tempfile::tempdir().unwrap();
    write_folder(dir.path(), TEMPLATE);
    let tokenizer = Tokenizer::load(dir.path()).unwrap();
    assert_eq!(tokenizer.chat_prompt(&[message("user")]).unwrap(), "user hello<end>\nassistant");
    assert_eq!(tokenizer.encode_prompt("hello").unwrap(), [1, 2, 0, 3]);
    assert_eq!(tokenizer.decode(&[2, 0]).unwrap(), "hello");
}

#[test]
fn end_ids_come_from_both_files_with_the_tokenizers_own_first() {
    let dir = tempfile::tempdir().unwrap();
    write_folder(dir.path(), TEMPLATE);
    let tokenizer = Tokenizer::load(dir.path()).unwrap();
    assert_eq!((tokenizer.eos_id(), tokenizer.eos_ids()), (Some(0), &[0, 3][..]));
}

#[test]
fn a_template_can_refuse_and_a_missing_one_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    write_folder(dir.path(), TEMPLATE);
    let refused = Tokenizer::load(dir.path()).unwrap().encode_chat(&[message("root")]);
    assert!(matches!(refused, Err(TokenizerError::Template(error)) if error.to_string().contains("no root")));
    write_folder(dir.path(), "{}");
    let plain = Tokenizer::load(dir.path()).unwrap();
    assert!(matches!(plain.encode_prompt("hello"), Err(TokenizerError::NoTemplate)));
}
