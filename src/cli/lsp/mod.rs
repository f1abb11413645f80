//! `cardlint lsp`: a language server on standard input and output (Language Server Protocol 3.17).
//!
//! Buffers are audited as they are, saved or not; files beside them are read from disk. Everything is answered at
//! once: an audit takes a few milliseconds. Owns `lsp-server` and `lsp-types`.

mod actions;
mod complete;
mod hover;
mod place;
mod stream;
mod symbols;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use lsp_server::{Connection, ErrorCode, ExtractError, Message, Notification, Request, Response};
use lsp_types::notification::{
    DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument, DidOpenTextDocument, DidSaveTextDocument, Exit,
    Notification as _, PublishDiagnostics, ShowMessage,
};
use lsp_types::request::{
    CodeActionRequest, Completion, DocumentDiagnosticRequest, DocumentSymbolRequest, HoverRequest, RegisterCapability,
    Request as _, Shutdown, WorkspaceDiagnosticRefresh,
};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CompletionOptions, Diagnostic, DiagnosticOptions,
    DiagnosticServerCapabilities, DocumentDiagnosticReport, DocumentDiagnosticReportResult,
    FullDocumentDiagnosticReport, HoverProviderCapability, InitializeParams, MessageType, OneOf, PositionEncodingKind,
    PublishDiagnosticsParams, RelatedFullDocumentDiagnosticReport, SaveOptions, ServerCapabilities, ServerInfo,
    ShowMessageParams, TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions, Uri,
};
use serde_json::json;

use self::place::Encoding;
use super::audit::audit_bytes;
use super::config::Config;
use super::discover::{Globs, Target, card_name, display, telling_name};
use super::fix::{self, Mode};
use super::settings::{buffer_settings, editor_settings, special};
use super::{EXIT_CLEAN, EXIT_FINDINGS, guarded};
use crate::card::{self, Card, Siblings};
use crate::engine::{Audit, Settings};
use crate::text::SourceFile;

/// Kind of the code action that applies all safe fixes.
pub(super) const FIX_ALL: &str = "source.fixAll.cardlint";

/// An open buffer.
struct Document {
    source: SourceFile,
    version: i32,
    /// Fixes that would bring other findings.
    held: HashSet<String>,
    /// `None` when it is no card.
    audit: Option<Audit>,
}

impl Document {
    /// Reads the buffer as a card, for one answer.
    fn with_card<T>(&self, see: impl FnOnce(&Card<'_>) -> T) -> T {
        see(&Card::read(&self.source, Vec::new(), Siblings::none(), self.audit.as_ref().map(|audit| audit.kind)))
    }
}

struct Server<'c> {
    connection: &'c Connection,
    encoding: Encoding,
    root: PathBuf,
    /// The configuration in force for each folder with an open buffer.
    folders: HashMap<PathBuf, (Config, Settings)>,
    documents: HashMap<String, Document>,
    /// The client asks for diagnostics itself.
    pulls: bool,
    /// It asks again when told to.
    refreshes: bool,
    /// The last warning on a configuration.
    shown: Option<String>,
}

/// Serves one client until it says goodbye; gives the exit code.
///
/// # Errors
/// When the streams fail, or the client does not keep to the protocol.
pub(super) fn run() -> anyhow::Result<u8> {
    let (connection, threads) = stream::connect();
    let (id, params) = connection.initialize_start().context("the client does not begin as the protocol asks")?;
    let params: InitializeParams = serde_json::from_value(params).context("the client's greeting cannot be read")?;
    let encoding = encoding(&params);
    let greeting = json!({
        "capabilities": capabilities(encoding),
        "serverInfo": ServerInfo { name: "cardlint".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) },
    });
    connection.initialize_finish(id, greeting).context("the client does not answer the greeting")?;
    let root = root(&params);
    let diagnostics = params.capabilities.workspace.as_ref().and_then(|workspace| workspace.diagnostic.as_ref());
    let refreshes = diagnostics.and_then(|diagnostic| diagnostic.refresh_support).unwrap_or(false);
    let watched = params.capabilities.workspace.as_ref().and_then(|workspace| workspace.did_change_watched_files);
    let pulls = params.capabilities.text_document.is_some_and(|text| text.diagnostic.is_some());
    let (folders, documents) = (HashMap::new(), HashMap::new());
    let mut server =
        Server { connection: &connection, encoding, root, folders, documents, pulls, refreshes, shown: None };
    if watched.is_some_and(|watched| watched.dynamic_registration == Some(true)) {
        server.watch()?;
    }
    let polite = server.serve()?;
    drop(connection);
    threads.join().context("the streams to the client failed")?;
    Ok(if polite { EXIT_CLEAN } else { EXIT_FINDINGS })
}

/// Tells the user of a warning.
fn show(connection: &Connection, message: &str) -> anyhow::Result<()> {
    let params = ShowMessageParams { typ: MessageType::WARNING, message: message.to_owned() };
    let note = Notification::new(ShowMessage::METHOD.to_owned(), params);
    connection.sender.send(note.into()).context("the client is gone")
}

/// The folder that the client works in.
#[allow(deprecated, reason = "older clients send only the root")]
fn root(params: &InitializeParams) -> PathBuf {
    let folder = params.workspace_folders.as_ref().and_then(|folders| folders.first()).map(|folder| &folder.uri);
    folder.or(params.root_uri.as_ref()).and_then(path_of).unwrap_or_else(|| PathBuf::from("."))
}

/// UTF-8 if the client offers it, which needs no conversion; else what the protocol has by default.
fn encoding(params: &InitializeParams) -> Encoding {
    let offered = params.capabilities.general.as_ref().and_then(|general| general.position_encodings.as_ref());
    let offers = |kind: &PositionEncodingKind| offered.is_some_and(|offered| offered.contains(kind));
    if offers(&PositionEncodingKind::UTF8) {
        Encoding::Utf8
    } else if offers(&PositionEncodingKind::UTF32) && !offers(&PositionEncodingKind::UTF16) {
        Encoding::Utf32
    } else {
        Encoding::Utf16
    }
}

fn capabilities(encoding: Encoding) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            // Buffers are small: whole texts are simpler than edits, and cannot drift.
            change: Some(TextDocumentSyncKind::FULL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some([" ", ":", "-"].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, CodeActionKind::from(FIX_ALL)]),
            ..CodeActionOptions::default()
        })),
        document_symbol_provider: Some(OneOf::Left(true)),
        diagnostic_provider: Some(DiagnosticServerCapabilities::Options(DiagnosticOptions {
            identifier: Some("cardlint".to_owned()),
            // A licence beside a base model of the same tree can change what is found.
            inter_file_dependencies: true,
            workspace_diagnostics: false,
            ..DiagnosticOptions::default()
        })),
        ..ServerCapabilities::default()
    }
}

/// The path of a `file:` address.
fn path_of(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix("file://")?;
    let (host, path) = rest.split_at(rest.find('/')?);
    // The file of another machine is not the one of that name on this one.
    if !host.is_empty() && host != "localhost" {
        return None;
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut left = path.as_bytes();
    while let [first, rest @ ..] = left {
        let digits = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        if let (b'%', [a, b, after @ ..]) = (first, rest) {
            bytes.push(digits(&[*a, *b])?);
            left = after;
        } else {
            bytes.push(*first);
            left = rest;
        }
    }
    let path = String::from_utf8(bytes).ok()?;
    // `/C:/card` on Windows.
    let drive = path.as_bytes().get(2) == Some(&b':');
    Some(PathBuf::from(if drive { &path[1..] } else { &path }))
}

impl Server<'_> {
    /// Serves until the client leaves; false where it leaves without a goodbye.
    fn serve(&mut self) -> anyhow::Result<bool> {
        let mut down = false;
        while let Ok(message) = self.connection.receiver.recv() {
            match message {
                Message::Request(request) => {
                    let response = if down {
                        let message = "the server has been told to shut down".to_owned();
                        Response::new_err(request.id, ErrorCode::InvalidRequest as i32, message)
                    } else if request.method == Shutdown::METHOD {
                        down = true;
                        Response::new_ok(request.id, ())
                    } else {
                        self.answer(request)
                    };
                    self.connection.sender.send(response.into())?;
                }
                Message::Notification(note) if note.method == Exit::METHOD => return Ok(down),
                Message::Notification(note) if !down => self.hear(note)?,
                Message::Notification(_) | Message::Response(_) => {}
            }
        }
        // The stream has ended, which is how some clients leave.
        Ok(true)
    }

    /// Answers a request; one that cannot be read is told so, and ends nothing.
    fn answer(&mut self, request: Request) -> Response {
        let id = request.id.clone();
        let result = match request.method.as_str() {
            HoverRequest::METHOD => ask::<HoverRequest>(request, |params| {
                let at = params.text_document_position_params;
                let document = self.document(&at.text_document.uri)?;
                hover::at(document, at.position, self.encoding)
            }),
            Completion::METHOD => ask::<Completion>(request, |params| {
                let at = params.text_document_position;
                let document = self.document(&at.text_document.uri)?;
                Some(complete::at(document, at.position, self.encoding))
            }),
            CodeActionRequest::METHOD => ask::<CodeActionRequest>(request, |params| {
                let document = self.document(&params.text_document.uri)?;
                Some(actions::within(document, &params, self.encoding))
            }),
            DocumentSymbolRequest::METHOD => ask::<DocumentSymbolRequest>(request, |params| {
                let document = self.document(&params.text_document.uri)?;
                Some(symbols::all(document, self.encoding))
            }),
            DocumentDiagnosticRequest::METHOD => ask::<DocumentDiagnosticRequest>(request, |params| {
                let uri = params.text_document.uri;
                let items = self.document(&uri).map(|document| self.diagnostics(&uri, document)).unwrap_or_default();
                let full = FullDocumentDiagnosticReport { result_id: None, items };
                let related = RelatedFullDocumentDiagnosticReport {
                    related_documents: None,
                    full_document_diagnostic_report: full,
                };
                DocumentDiagnosticReportResult::Report(DocumentDiagnosticReport::Full(related))
            }),
            other => Err((ErrorCode::MethodNotFound, format!("cardlint does not know {other}"))),
        };
        match result {
            Ok(value) => Response::new_ok(id, value),
            Err((code, message)) => Response::new_err(id, code as i32, message),
        }
    }

    fn hear(&mut self, note: Notification) -> anyhow::Result<()> {
        match note.method.as_str() {
            DidOpenTextDocument::METHOD => {
                if let Some(params) = told::<DidOpenTextDocument>(note) {
                    let opened = params.text_document;
                    self.audit(&opened.uri, opened.text, opened.version)?;
                }
            }
            DidChangeTextDocument::METHOD => {
                if let Some(mut params) = told::<DidChangeTextDocument>(note)
                    && let Some(change) = params.content_changes.pop()
                    // A part of a text, which was not agreed on, is not the text.
                    && change.range.is_none()
                {
                    self.audit(&params.text_document.uri, change.text, params.text_document.version)?;
                }
            }
            DidCloseTextDocument::METHOD => {
                if let Some(params) = told::<DidCloseTextDocument>(note) {
                    self.documents.remove(params.text_document.uri.as_str());
                    self.publish(&params.text_document.uri, Vec::new(), None)?;
                }
            }
            // The configuration or a file beside a card may have changed.
            DidSaveTextDocument::METHOD | DidChangeWatchedFiles::METHOD => self.audit_again()?,
            _ => {}
        }
        Ok(())
    }

    fn document(&self, uri: &Uri) -> Option<&Document> {
        self.documents.get(uri.as_str())
    }

    /// Asks to be told of changes to configurations and to files beside cards.
    fn watch(&self) -> anyhow::Result<()> {
        let globs =
            ["**/{cardlint,.cardlint,pyproject}.toml", "**/LICEN[CS]E*", "**/*.json", "**/.eval_results/*.yaml"];
        let watchers: Vec<_> = globs.iter().map(|glob| json!({"globPattern": glob})).collect();
        let registration = json!({
            "id": "cardlint-files",
            "method": DidChangeWatchedFiles::METHOD,
            "registerOptions": {"watchers": watchers},
        });
        self.ask_client(RegisterCapability::METHOD, json!({"registrations": [registration]}))
    }

    /// Sends a request whose answer says nothing.
    fn ask_client(&self, method: &str, params: serde_json::Value) -> anyhow::Result<()> {
        let request = Request::new(method.to_owned().into(), method.to_owned(), params);
        self.connection.sender.send(request.into()).context("the client is gone")
    }

    /// Reads the configurations anew and audits all open buffers.
    fn audit_again(&mut self) -> anyhow::Result<()> {
        self.folders.clear();
        let open: Vec<(String, String, i32)> = (self.documents.iter())
            .map(|(uri, document)| (uri.clone(), document.source.text().to_owned(), document.version))
            .collect();
        for (uri, text, version) in open {
            if let Ok(uri) = uri.parse() {
                self.audit(&uri, text, version)?;
            }
        }
        if self.pulls && self.refreshes {
            self.ask_client(WorkspaceDiagnosticRefresh::METHOD, serde_json::Value::Null)?;
        }
        Ok(())
    }

    /// The configuration for a folder, read once; one with mistakes is told of, and as good as none.
    fn settings(&mut self, folder: &Path) -> anyhow::Result<&mut (Config, Settings)> {
        if !self.folders.contains_key(folder) {
            let found = match editor_settings(folder) {
                Ok(found) => found,
                Err(error) => {
                    // Once, not for every folder and at every save.
                    let message = format!("cardlint works without its configuration: {error:#}");
                    if self.shown.as_ref() != Some(&message) {
                        show(self.connection, &message)?;
                        self.shown = Some(message);
                    }
                    (Config::default(), buffer_settings(&Config::default())?)
                }
            };
            self.folders.insert(folder.to_owned(), found);
        }
        self.folders.get_mut(folder).context("it was put there")
    }

    fn audit(&mut self, uri: &Uri, text: String, version: i32) -> anyhow::Result<()> {
        let path = path_of(uri);
        let name = path.as_deref().map_or_else(|| "README.md".to_owned(), display);
        let file = path.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        let folder = path.as_deref().and_then(Path::parent).unwrap_or(&self.root).to_owned();
        let root = self.root.clone();
        let (config, settings) = self.settings(if folder.is_dir() { &folder } else { &root })?;
        let full = path.as_deref().map(|path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()));
        let globs = Globs::new(&config.files, &config.folder).ok();
        let matched = |test: fn(&Globs, &Path) -> bool| {
            full.as_deref().zip(globs.as_ref()).is_some_and(|(path, globs)| test(globs, path))
        };
        let (included, excluded) = (matched(Globs::includes), matched(Globs::excludes));
        // A README may be that of another project, and other files are none of ours.
        let explicit = included || file.as_deref().is_some_and(telling_name);
        let wanted = !excluded && (explicit || file.as_deref().is_none_or(card_name));
        let target = Target { path, explicit, ..Target::stdin(name) };
        settings.special = special(config, &settings.rules, std::slice::from_ref(&target))?;
        let audit = (wanted && text.len() as u64 <= card::MAX_BYTES)
            .then(|| guarded(|| audit_bytes(&target, settings, text.clone().into_bytes())).ok().flatten())
            .flatten();
        let safe = Mode { unsafe_fixes: false, write: false };
        let held = audit.as_ref().map(|audit| fix::held(&target, settings, &text, audit, safe)).unwrap_or_default();
        let document = Document { source: SourceFile::new(target.name, text), version, audit, held };
        let diagnostics = self.diagnostics(uri, &document);
        self.documents.insert(uri.as_str().to_owned(), document);
        if !self.pulls {
            self.publish(uri, diagnostics, Some(version))?;
        }
        Ok(())
    }

    fn diagnostics(&self, uri: &Uri, document: &Document) -> Vec<Diagnostic> {
        let findings = document.audit.iter().flat_map(|audit| &audit.findings).filter(|finding| finding.file == 0);
        findings.map(|finding| place::diagnostic(finding, uri, &document.source, self.encoding)).collect()
    }

    fn publish(&self, uri: &Uri, diagnostics: Vec<Diagnostic>, version: Option<i32>) -> anyhow::Result<()> {
        let params = PublishDiagnosticsParams { uri: uri.clone(), diagnostics, version };
        let note = Notification::new(PublishDiagnostics::METHOD.to_owned(), params);
        self.connection.sender.send(note.into()).context("the client is gone")
    }
}

type Refusal = (ErrorCode, String);

/// Reads the parameters of a request and answers it.
fn ask<R: lsp_types::request::Request>(
    request: Request,
    answer: impl FnOnce(R::Params) -> R::Result,
) -> Result<serde_json::Value, Refusal> {
    match request.extract::<R::Params>(R::METHOD) {
        Ok((_, params)) => {
            serde_json::to_value(answer(params)).map_err(|error| (ErrorCode::InternalError, error.to_string()))
        }
        Err(ExtractError::JsonError { error, .. }) => Err((ErrorCode::InvalidParams, error.to_string())),
        Err(ExtractError::MethodMismatch(_)) => Err((ErrorCode::InternalError, "the method differs".to_owned())),
    }
}

/// The parameters of a notification; one that cannot be read is passed over, as the protocol has no answer to it.
fn told<N: lsp_types::notification::Notification>(note: Notification) -> Option<N::Params> {
    note.extract::<N::Params>(N::METHOD).ok()
}
