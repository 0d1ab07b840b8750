//! As much of XML as a flat list of fields needs. There are no entities but those that XML itself
//! has, so nothing in a body can grow beyond the body.

use std::collections::BTreeMap;

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, Event};
use quick_xml::reader::Reader;

use super::UnreadableReport;

const BROKEN: UnreadableReport = UnreadableReport("not XML");

/// The texts of the elements right below the root, which must be called `root`. Of elements of one
/// name the last counts; what is further below them is left out.
///
/// # Errors
///
/// It is not well-formed, has another root, or declares a document type.
pub(super) fn fields(
    body: &[u8],
    root: &str,
) -> Result<BTreeMap<String, String>, UnreadableReport> {
    let mut reader = Reader::from_reader(body);
    let (mut fields, mut path) = (BTreeMap::new(), Vec::<String>::new());
    loop {
        match reader.read_event().map_err(|_| BROKEN)? {
            Event::Start(tag) => {
                let name = tag.name();
                let name = str::from_utf8(name.as_ref())
                    .map_err(|_| BROKEN)?
                    .to_owned();
                if path.is_empty() && name != root {
                    return Err(UnreadableReport("another root element"));
                }
                path.push(name);
                if let [_, field] = &path[..] {
                    fields.insert(field.clone(), String::new());
                }
            }
            Event::End(_) => drop(path.pop()),
            Event::Text(text) => {
                let text = text.xml10_content().map_err(|_| BROKEN)?;
                append(&mut fields, &path, &text);
            }
            Event::CData(text) => {
                let text = text.xml10_content().map_err(|_| BROKEN)?;
                append(&mut fields, &path, &text);
            }
            Event::GeneralRef(entity) => append(&mut fields, &path, &resolved(&entity)?),
            Event::DocType(_) => return Err(UnreadableReport("a document type")),
            Event::Eof if path.is_empty() => return Ok(fields),
            Event::Eof => return Err(BROKEN),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

fn append(fields: &mut BTreeMap<String, String>, path: &[String], text: &str) {
    if let [_, field] = path
        && let Some(value) = fields.get_mut(field)
    {
        value.push_str(text);
    }
}

/// What `&…;` stands for: a character by its number, or one of the five that XML names.
fn resolved(entity: &BytesRef<'_>) -> Result<String, UnreadableReport> {
    if let Some(character) = entity.resolve_char_ref().map_err(|_| BROKEN)? {
        return Ok(character.to_string());
    }
    let name = entity.decode().map_err(|_| BROKEN)?;
    let text = resolve_predefined_entity(&name);
    text.map(str::to_owned)
        .ok_or(UnreadableReport("an unknown entity"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Vec<(String, String)>, UnreadableReport> {
        Ok(fields(body.as_bytes(), "R")?.into_iter().collect())
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn fields_are_the_texts_right_below_the_root() {
        let body = "<?xml version=\"1.0\"?>\n<!-- c --><R x='1'> ? <a>1&amp;&#50;</a>\
                    <b><![CDATA[<x>]]><c>deep</c></b><d/><e></e></R>\n";
        let expected = [pair("a", "1&2"), pair("b", "<x>"), pair("e", "")];
        assert_eq!(read(body).unwrap(), expected);
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for body in [
            "<R>",
            "<R><a></R>",
            "<R></a>",
            "<S></S>",
            "<R>&x;</R>",
            "<R>&#xFFFFFF;</R>",
        ] {
            read(body).unwrap_err();
        }
    }

    #[test]
    fn entities_of_the_body_are_refused() {
        let body = "<!DOCTYPE R [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]><R><a>&b;</a></R>";
        assert_eq!(read(body), Err(UnreadableReport("a document type")));
    }
}
