//! The protocol's requests and notices, each handed on in one line: to the queue, or to the file that answers it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use diagnostics::FileId;
use ide::Cancelled;
use tokio::sync::oneshot;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::{
    CodeActionParams, CodeActionResponse, DidChangeConfigurationParams, DidChangeTextDocumentParams,
    DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, DocumentDiagnosticParams, DocumentDiagnosticReportResult,
    DocumentFormattingParams, DocumentLink, DocumentLinkParams, DocumentOnTypeFormattingParams,
    DocumentRangeFormattingParams, DocumentSymbolParams, DocumentSymbolResponse, FoldingRange, FoldingRangeParams,
    InitializeParams, InitializeResult, InitializedParams, LinkedEditingRangeParams, LinkedEditingRanges,
    SelectionRange, SelectionRangeParams, SemanticTokensDeltaParams, SemanticTokensFullDeltaResult,
    SemanticTokensParams, SemanticTokensRangeParams, SemanticTokensRangeResult, SemanticTokensResult, ServerInfo,
    TextEdit, Uri, WorkspaceDiagnosticParams, WorkspaceDiagnosticReportResult, WorkspaceSymbol, WorkspaceSymbolParams,
    WorkspaceSymbolResponse,
};
use tower_lsp::{Client, LanguageServer};

use crate::capabilities::capabilities;
use crate::conversion::file_path;
use crate::queue::{About, Message, Question, Queue, Slip};
use crate::requests::semantic_tokens::Known;
use crate::requests::{
    code_actions, diagnostics as pulled, formatting, graph, linked_editing, links, ranges, semantic_tokens, symbols,
    watching,
};
use crate::shared::{Abilities, Shared};
use crate::view::{Desk, NoAnswer, View};
use crate::watchdog;

/// The server as the protocol sees it. Nothing here computes or waits for the client.
pub(crate) struct Service {
    pub(crate) client: Client,
    pub(crate) queue: Queue,
    pub(crate) shared: Arc<Shared>,
    /// The client asked for the end.
    pub(crate) shut_down: Arc<AtomicBool>,
    /// The tokens that the client has.
    pub(crate) tokens: Known,
}

/// Stops what computes when nobody waits any more.
struct Waits(Arc<Slip>);

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.withdraw();
    }
}

impl Service {
    /// Asks the project of a file. A file that nobody knows has an empty answer.
    pub(crate) async fn about<T, Q>(&self, uri: &Uri, question: Q) -> Result<T>
    where
        T: Default + Send + 'static,
        Q: FnOnce(&Desk<'_>, FileId) -> T + Send + 'static,
    {
        let file = uri.clone();
        let asked = move |views: Vec<View>| {
            let Some(view) = views.into_iter().next() else { return Ok(T::default()) };
            view.ask(|desk| desk.file(&file).map_or_else(T::default, |file| question(desk, file)))
        };
        self.asked(About::File(uri.clone()), asked).await
    }

    /// Asks every project, one after the other.
    pub(crate) async fn about_all<T, Q>(&self, question: Q) -> Result<Vec<T>>
    where
        T: Send + 'static,
        Q: Fn(&Desk<'_>) -> T + Send + 'static,
    {
        let asked = move |views: Vec<View>| views.into_iter().map(|view| view.ask(&question)).collect();
        self.asked(About::All, asked).await
    }

    /// Puts a question into the queue before anything is waited for, so that it is about the texts of this moment.
    async fn asked<T, Q>(&self, about: About, question: Q) -> Result<T>
    where
        T: Send + 'static,
        Q: FnOnce(Vec<View>) -> std::result::Result<T, NoAnswer> + Send + 'static,
    {
        let (answered, answer) = oneshot::channel();
        let slip = Arc::new(Slip::default());
        let waits = Waits(Arc::clone(&slip));
        // Who has gone away needs no answer.
        let reply = move |views| drop(answered.send(question(views)));
        self.queue.put(Message::Ask(Question { about, slip, answer: Box::new(reply) }));
        let answer = answer.await;
        drop(waits);
        match answer {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(NoAnswer::Cancelled(Cancelled::Edited))) => Err(Error::content_modified()),
            Ok(Err(NoAnswer::Cancelled(Cancelled::Withdrawn))) => Err(Error::request_cancelled()),
            Ok(Err(NoAnswer::Panicked)) | Err(_) => Err(Error::internal_error()),
        }
    }
}

/// Folders of the client: those that it names, or the one that older clients have.
fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    let named = params.workspace_folders.iter().flatten().filter_map(|folder| file_path(&folder.uri));
    let named: Vec<PathBuf> = named.collect();
    #[expect(deprecated, reason = "clients of before 3.6 name nothing else")]
    let alone = params.root_uri.as_ref().and_then(file_path);
    if named.is_empty() { alone.into_iter().collect() } else { named }
}

impl LanguageServer for Service {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let abilities = Abilities::of(&params.capabilities);
        self.shared.agree(abilities);
        watchdog::watch(params.process_id);
        self.queue.put(Message::Folders { added: folders(&params), removed: Vec::new() });
        Ok(InitializeResult {
            capabilities: capabilities(self.shared.abilities()),
            server_info: Some(ServerInfo {
                name: "deployc".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            ..InitializeResult::default()
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        if self.shared.abilities().watches {
            let client = self.client.clone();
            // A client that never answers keeps nobody waiting.
            tokio::spawn(async move { client.register_capability(watching::registrations()).await });
        }
    }

    async fn shutdown(&self) -> Result<()> {
        self.shut_down.store(true, Ordering::SeqCst);
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let it = params.text_document;
        self.queue.put(Message::Open { uri: it.uri, version: it.version, text: it.text });
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let it = params.text_document;
        self.queue.put(Message::Change { uri: it.uri, version: it.version, changes: params.content_changes });
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.tokens.forget(&params.text_document.uri);
        self.queue.put(Message::Close { uri: params.text_document.uri });
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.queue.put(Message::Watched(file_path(&params.text_document.uri).into_iter().collect()));
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        let paths = params.changes.iter().filter_map(|change| file_path(&change.uri));
        self.queue.put(Message::Watched(paths.collect()));
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        let paths = |folders: &[tower_lsp::ls_types::WorkspaceFolder]| {
            folders.iter().filter_map(|folder| file_path(&folder.uri)).collect::<Vec<_>>()
        };
        let (added, removed) = (paths(&params.event.added), paths(&params.event.removed));
        self.queue.put(Message::Folders { added, removed });
    }

    async fn did_change_configuration(&self, _: DidChangeConfigurationParams) {}

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        let uri = params.text_document.uri.clone();
        let asked = self.about(&uri, move |desk, file| Some(pulled::of_file(desk, file, &params))).await;
        asked.map(|report| report.unwrap_or_else(pulled::nothing)).map_err(pulled::ask_again)
    }

    async fn workspace_diagnostic(&self, params: WorkspaceDiagnosticParams) -> Result<WorkspaceDiagnosticReportResult> {
        let asked = self.about_all(move |desk| pulled::of_project(desk, &params)).await;
        asked.map(pulled::together).map_err(pulled::ask_again)
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.about(&params.text_document.uri, formatting::document).await
    }

    async fn range_formatting(&self, params: DocumentRangeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        let range = params.range;
        self.about(&params.text_document.uri, move |desk, file| formatting::range(desk, file, range)).await
    }

    async fn on_type_formatting(&self, params: DocumentOnTypeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        let uri = params.text_document_position.text_document.uri.clone();
        self.about(&uri, move |desk, file| formatting::on_type(desk, file, &params)).await
    }

    async fn semantic_tokens_full(&self, params: SemanticTokensParams) -> Result<Option<SemanticTokensResult>> {
        let uri = params.text_document.uri;
        let found = self.about(&uri, |desk, file| Some(semantic_tokens::all(desk, file))).await?;
        Ok(found.map(|tokens| SemanticTokensResult::Tokens(self.tokens.keep(&uri, tokens))))
    }

    async fn semantic_tokens_full_delta(
        &self,
        params: SemanticTokensDeltaParams,
    ) -> Result<Option<SemanticTokensFullDeltaResult>> {
        let uri = params.text_document.uri;
        let found = self.about(&uri, |desk, file| Some(semantic_tokens::all(desk, file))).await?;
        Ok(found.map(|tokens| self.tokens.delta(&uri, &params.previous_result_id, tokens)))
    }

    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        let range = params.range;
        self.about(&params.text_document.uri, move |desk, file| Some(semantic_tokens::range(desk, file, range))).await
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        self.about(&params.text_document.uri, ranges::folding).await
    }

    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        let at = params.positions;
        self.about(&params.text_document.uri, move |desk, file| ranges::selection(desk, file, &at)).await
    }

    async fn linked_editing_range(&self, params: LinkedEditingRangeParams) -> Result<Option<LinkedEditingRanges>> {
        let it = params.text_document_position_params;
        self.about(&it.text_document.uri, move |desk, file| linked_editing::answer(desk, file, it.position)).await
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        self.about(&params.text_document.uri, symbols::document).await
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        let found: Vec<Vec<WorkspaceSymbol>> =
            self.about_all(move |desk| symbols::workspace(desk, &params.query)).await?;
        Ok(Some(WorkspaceSymbolResponse::Nested(found.into_iter().flatten().collect())))
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        self.about(&params.text_document.uri, links::answer).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let uri = params.text_document.uri.clone();
        self.about(&uri, move |desk, file| code_actions::answer(desk, file, &params)).await
    }
}

impl Service {
    /// `deploy/graph`: the picture of the workflow at a position.
    pub(crate) async fn graph(&self, params: graph::Params) -> Result<graph::Graph> {
        let uri = params.text_document.uri.clone();
        let found = self.about(&uri, move |desk, file| Some(graph::graph(desk, file, params.position))).await?;
        found.unwrap_or_else(|| Err("this file is not of a project".to_owned())).map_err(refused)
    }

    /// `deploy/plan`: the risk of the workflow at a position.
    pub(crate) async fn plan(&self, params: graph::Params) -> Result<graph::Report> {
        let uri = params.text_document.uri.clone();
        let found = self.about(&uri, move |desk, file| Some(graph::report(desk, file, params.position))).await?;
        found.unwrap_or_else(|| Err("this file is not of a project".to_owned())).map_err(refused)
    }
}

/// `RequestFailed` of the protocol: the question was well asked, and there is no answer.
const REQUEST_FAILED: i64 = -32803;

fn refused(why: String) -> Error {
    Error { code: ErrorCode::ServerError(REQUEST_FAILED), message: why.into(), data: None }
}
