use actix_web::web;
use sms_core::Message;

use crate::face::Face;
use crate::reply::Reply;

/// There is nothing at this path.
pub(crate) async fn not_found(face: web::Data<Face>) -> Reply {
    face.reply(Message::NotFound)
}

/// The path is known, but does not take this method.
pub(crate) mod not_allowed {
    use super::{Face, Message, Reply, web};

    pub(crate) async fn get(face: web::Data<Face>) -> Reply {
        face.reply(Message::MethodNotAllowed).allow("GET")
    }

    pub(crate) async fn post(face: web::Data<Face>) -> Reply {
        face.reply(Message::MethodNotAllowed).allow("POST")
    }
}
