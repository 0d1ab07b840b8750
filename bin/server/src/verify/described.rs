//! What the description of this face says of every operation alike.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, Modify, ToSchema};

/// The name of the credentials in the description.
const BASIC: &str = "basic";

/// What is told of a problem.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Told {
    /// The number of the problem, as at Twilio.
    #[schema(example = 60200)]
    pub(super) code: u32,
    /// What is wrong.
    #[schema(example = "Invalid parameter: Channel")]
    pub(super) message: String,
    /// Where the number is explained.
    pub(super) more_info: String,
    /// The status of HTTP.
    #[schema(example = 400)]
    pub(super) status: u16,
}

/// How a list is gone through.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what `paging` writes")]
pub(crate) struct Meta {
    /// The member that has the entries.
    key: String,
    /// The number of this page, from 0.
    page: usize,
    /// Entries of a page at most.
    page_size: usize,
    /// Where the first page is.
    first_page_url: String,
    /// Where the page before is, if that is known.
    previous_page_url: Option<String>,
    /// Where this page is.
    url: String,
    /// Where the next page is; none behind the last one.
    next_page_url: Option<String>,
}

/// The problems that any request may meet.
pub(crate) struct Problems;

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[
            ("400", "A parameter is missing or bad"),
            ("401", "The caller has not shown who it is"),
            ("403", "The caller may not do this, or the service may not"),
            ("404", "There is no such thing, or no more"),
            ("405", "The path does not take this method"),
            ("414", "The path or the query is too long"),
            ("431", "The headers are too large"),
            ("503", "The store is out of reach"),
        ])
    }
}

/// The problems that a request with a form may meet besides.
pub(crate) struct FormProblems;

impl IntoResponses for FormProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[
            ("408", "The body did not come in time"),
            ("413", "The body is too large"),
        ])
    }
}

fn problems(statuses: &[(&str, &str)]) -> BTreeMap<String, RefOr<Response>> {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    let response = |description: &str| {
        ResponseBuilder::new()
            .description(description)
            .content("application/json", content.clone())
            .build()
    };
    let statuses = statuses.iter();
    statuses
        .map(|(status, description)| ((*status).to_owned(), response(description).into()))
        .collect()
}

/// Adds what callers show to be known.
pub(crate) struct Credentials;

impl Modify for Credentials {
    fn modify(&self, description: &mut OpenApi) {
        let components = description.components.get_or_insert_default();
        let basic = SecurityScheme::Http(Http::new(HttpAuthScheme::Basic));
        components.add_security_scheme(BASIC, basic);
    }
}
