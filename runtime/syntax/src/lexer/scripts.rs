//! Names that mix scripts, which could look like other names.
//!
//! Between underscores, all characters of a name must have a script in common (UTS 39, section 5, with Han joined to
//! the writing systems that use it).

use unicode_security::mixed_script::AugmentedScriptSet;

use super::unicode::hex4;

/// What to say about a name that mixes scripts: the text around the name.
pub(super) struct Mixed {
    pub(super) before: &'static str,
    pub(super) after: String,
}

fn scripts(character: char) -> AugmentedScriptSet {
    // Digits and marks of ASCII go with everything, and so does the letter that stands for the micro sign.
    if character == 'μ' { AugmentedScriptSet::for_char('_') } else { AugmentedScriptSet::for_char(character) }
}

pub(super) fn is_mixed(name: &str) -> bool {
    !name.is_ascii()
        && name.split('_').any(|chunk| {
            let mut common = AugmentedScriptSet::default();
            for character in chunk.chars() {
                common.intersect_with(scripts(character));
            }
            common.is_empty()
        })
}

/// Checks a name in normal form.
pub(super) fn check(name: &str) -> Option<Mixed> {
    if !is_mixed(name) {
        return None;
    }
    let line = |character| format!("  \\u{} {character}{}\n", hex4(character), shown(&scripts(character)));
    let lines = name.chars().map(line).collect::<Vec<String>>().concat();
    let after = format!(
        "\n\nMixed-script identifiers are not supported for security reasons. '{name}' is made of the following scripts:\n\n{lines}\nCharacters in identifiers from different scripts must be separated by underscore (_).\n"
    );
    Some(Mixed { before: "invalid mixed-script identifier found: ", after })
}

/// ` {Han,Japanese}`, or nothing for characters of all scripts.
fn shown(set: &AugmentedScriptSet) -> String {
    if set.is_all() {
        return String::new();
    }
    let mut names: Vec<&str> = Vec::new();
    for script in set.base.iter() {
        names.push(script.full_name());
    }
    let joined = [(set.hanb, "Han with Bopomofo"), (set.jpan, "Japanese"), (set.kore, "Korean")];
    names.extend(joined.iter().filter(|(holds, _)| *holds).map(|(_, name)| *name));
    names.sort_by_key(|name| (*name != "Latin", *name));
    format!(" {{{}}}", names.join(","))
}
