//! Bodies of requests, as JSON or as XML.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

/// The fields of a request: texts, and the list `datas`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Body {
    texts: BTreeMap<String, String>,
    /// The values of the template's variables.
    pub(super) datas: Vec<String>,
}

impl Body {
    /// The value of a field; `None` also if it is empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let text = self.texts.get(name).map(String::as_str);
        text.filter(|text| !text.is_empty())
    }

    /// Reads a JSON object whose values are strings, as the description demands.
    pub(super) fn from_json(bytes: &[u8]) -> Option<Self> {
        let Ok(Value::Object(fields)) = serde_json::from_slice(bytes) else {
            return None;
        };
        let mut body = Self::default();
        for (name, value) in fields {
            match value {
                Value::String(text) => drop(body.texts.insert(name, text)),
                Value::Array(values) if name == "datas" => {
                    let texts = values.into_iter().map(|value| match value {
                        Value::String(text) => Some(text),
                        _ => None,
                    });
                    body.datas = texts.collect::<Option<_>>()?;
                }
                Value::Null if name == "datas" => {}
                _ => return None,
            }
        }
        Some(body)
    }

    /// Reads an element of elements with text; `datas` holds `data`. Its own name does not matter:
    /// the vendor's SDKs have sent several.
    pub(super) fn from_xml(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::from_reader(bytes);
        let (mut body, mut path, mut text) = (Self::default(), Vec::new(), String::new());
        loop {
            match reader.read_event().ok()? {
                Event::Start(element) => {
                    path.push(String::from_utf8(element.name().as_ref().to_vec()).ok()?);
                    text.clear();
                }
                Event::End(_) => {
                    body.close(&path, std::mem::take(&mut text));
                    path.pop();
                }
                Event::Empty(_) => {}
                Event::Text(part) => text += &part.decode().ok()?,
                Event::CData(part) => text += &part.decode().ok()?,
                Event::GeneralRef(entity) => text.push(match entity.resolve_char_ref().ok()? {
                    Some(character) => character,
                    None => predefined(&entity.decode().ok()?)?,
                }),
                // Entities of one's own have no place here.
                Event::DocType(_) => return None,
                Event::Eof => break,
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            }
        }
        path.is_empty().then_some(body)
    }

    fn close(&mut self, path: &[String], text: String) {
        let names: Vec<_> = path.iter().map(String::as_str).collect();
        match names[..] {
            [_, "datas", "data"] => self.datas.push(text),
            [_, name] if name != "datas" => drop(self.texts.insert(name.to_owned(), text)),
            _ => {}
        }
    }
}

fn predefined(entity: &str) -> Option<char> {
    Some(match entity {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_xml_say_the_same() {
        let json = r#"{"to":"13800000000","appId":"a&b","datas":["6532","5"],"reqId":""}"#;
        let xml = "<?xml version='1.0' encoding='utf-8'?>\n<SubAccount>\n <to>13800000000</to>\
            <appId>a&amp;b</appId><datas><data>65&#51;2</data><data><![CDATA[5]]></data></datas>\
            <reqId></reqId></SubAccount>";
        let json = Body::from_json(json.as_bytes()).unwrap();
        assert_eq!(Body::from_xml(xml.as_bytes()).as_ref(), Some(&json));
        assert_eq!(json.text("to"), Some("13800000000"));
        assert_eq!((json.text("reqId"), json.text("subAppend")), (None, None));
        assert_eq!(json.datas, ["6532", "5"]);
    }

    #[test]
    fn what_is_neither_is_not_read() {
        for json in [
            "",
            "[]",
            "{",
            r#"{"to":1}"#,
            r#"{"datas":[1]}"#,
            "{'to':'1'}",
            r#"{"to":"1",}"#,
        ] {
            assert_eq!(Body::from_json(json.as_bytes()), None, "{json}");
        }
        let entities = "<!DOCTYPE a [<!ENTITY b 'c'>]><a><to>&b;</to></a>";
        for xml in ["<a>", "<a></b>", "<a><to>&b;</to></a>", entities] {
            assert_eq!(Body::from_xml(xml.as_bytes()), None, "{xml}");
        }
    }
}
