//! The demo page, and the web component on other pages, clicked through in a headless Chromium, against
//! the whole server over the embedded store. The text of a picture is read out of that store; no route gives it away.
//!
//! Chromium is spoken to over its DevTools protocol; the Debian package `chromium` is all that is
//! needed. Nothing here sleeps for luck: what a person would wait for is polled, with a deadline.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod axe;
mod chromium;
mod complaints;
mod demo;
mod documented;
mod elsewhere;
mod form;
mod journey;
mod languages;
mod looks;
mod refusals;
mod shop;
mod sound;
mod visitor;

use demo::Demo;
use shop::Shop;
use visitor::{Screen, Visitor};
