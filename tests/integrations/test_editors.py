"""The language server, by pytest-lsp with the capabilities that real editors announce, and by Neovim itself."""

import os
import shutil
import textwrap
import unittest
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

from .common import EXE, Case, installed, run

PROGRAM = os.environ.get("CARDLINT") or str(installed() / f"cardlint{EXE}")
# An emoji before the finding: two units of UTF-16, four bytes, one character.
CARD = """---
license: [mit, MIT]
tags: ["\U0001f600", x, x]
language: our-own
---
# Ticket Sentiment

## Intended use

Text.
"""


@pytest_lsp.fixture(
    config=ClientServerConfig(server_command=[PROGRAM, "lsp", "--stdio"]),
    params=["neovim", "visual_studio_code", "emacs"],
)
async def client(request, lsp_client: LanguageClient, tmp_path):
    (tmp_path / "README.md").write_text(CARD, encoding="utf-8")
    lsp_client.folder = tmp_path
    lsp_client.uri = (tmp_path / "README.md").as_uri()
    lsp_client.registered = []

    @lsp_client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(params: types.RegistrationParams):
        lsp_client.registered += [registration.method for registration in params.registrations]

    capabilities = client_capabilities(request.param)
    lsp_client.watches = capabilities.workspace and capabilities.workspace.did_change_watched_files
    lsp_client.pulls = getattr(capabilities.text_document, "diagnostic", None) is not None
    result = await lsp_client.initialize_session(
        types.InitializeParams(capabilities=capabilities, root_uri=tmp_path.as_uri())
    )
    offered = (capabilities.general and capabilities.general.position_encodings) or []
    lsp_client.encoding = result.capabilities.position_encoding
    assert lsp_client.encoding == ("utf-8" if "utf-8" in offered else "utf-16")
    yield
    await lsp_client.shutdown_session()


async def opened(client, text=CARD):
    item = types.TextDocumentItem(uri=client.uri, language_id="markdown", version=1, text=text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))
    return await diagnostics(client)


async def changed(client, text, version):
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            text_document=types.VersionedTextDocumentIdentifier(uri=client.uri, version=version),
            content_changes=[types.TextDocumentContentChangeWholeDocument(text=text)],
        )
    )
    return await diagnostics(client)


async def diagnostics(client):
    if client.pulls:
        report = await client.text_document_diagnostic_async(types.DocumentDiagnosticParams(text_document=document(client)))
        return report.items
    await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    return client.diagnostics[client.uri]


def document(client):
    return types.TextDocumentIdentifier(uri=client.uri)


def position(client, line, text):
    """The position behind `text` in the units that were agreed on."""
    units = len(text.encode("utf-8")) if client.encoding == "utf-8" else len(text.encode("utf-16-le")) // 2
    return types.Position(line=line, character=units)


@pytest.mark.asyncio
async def test_diagnostics_as_you_type(client):
    found = {diagnostic.code: diagnostic for diagnostic in await opened(client)}
    assert {"license-unknown", "list-duplicate", "language-invalid"} <= set(found)
    wrong = found["license-unknown"]
    assert (wrong.range.start, wrong.range.end) == (position(client, 1, "license: [mit, "), position(client, 1, "license: [mit, MIT"))
    assert wrong.severity == types.DiagnosticSeverity.Error and wrong.source == "cardlint"
    assert wrong.code_description.href.endswith("/docs/rules/license-unknown.md")
    twice = found["list-duplicate"]
    assert twice.range.start == position(client, 2, 'tags: ["\U0001f600", x, ')
    assert twice.related_information[0].message == "first listed here"
    # The buffer is what counts, not the file.
    left = {diagnostic.code for diagnostic in await changed(client, CARD.replace("our-own", "en"), 2)}
    assert "language-invalid" not in left and "license-unknown" in left
    # A README of another kind is none of ours.
    assert not await changed(client, "# A project\n\nText.\n", 3)


@pytest.mark.asyncio
async def test_fixes(client):
    await opened(client)
    at = types.Range(start=position(client, 1, "license: [mit, M"), end=position(client, 1, "license: [mit, M"))
    context = types.CodeActionContext(diagnostics=[])
    ask = types.CodeActionParams(text_document=document(client), range=at, context=context)
    fix = next(action for action in await client.text_document_code_action_async(ask) if action.kind == "quickfix")
    assert fix.is_preferred and "mit" in fix.title
    assert applied(client, CARD, fix) == CARD.replace("MIT", "mit")
    ask.context = types.CodeActionContext(diagnostics=[], only=["source.fixAll"])
    [every] = await client.text_document_code_action_async(ask)
    assert applied(client, CARD, every) == CARD.replace("MIT", "mit").replace(", x, x]", ", x]")
    # As on the command line, a fix that would bring other findings is left to the author.
    card = CARD.replace("license: [mit, MIT]", "license: MIT\nmodel_index:\n- name: x")
    await changed(client, card, 2)
    [every] = await client.text_document_code_action_async(ask)
    mended = applied(client, card, every)
    assert "model_index:" in mended and "license: mit" in mended


def applied(client, text, action):
    """The text after the edits of an action, as an editor makes them."""
    lines = text.split("\n")

    def offset(at):
        line, used = lines[at.line], 0
        for index, char in enumerate(line):
            if used == at.character:
                break
            used += len(char.encode("utf-8")) if client.encoding == "utf-8" else len(char.encode("utf-16-le")) // 2
        else:
            index = len(line)
        return sum(len(line) + 1 for line in lines[: at.line]) + index

    edits = action.edit.changes[client.uri]
    for edit in sorted(edits, key=lambda edit: offset(edit.range.start), reverse=True):
        text = text[: offset(edit.range.start)] + edit.new_text + text[offset(edit.range.end) :]
    return text


@pytest.mark.asyncio
async def test_hover_completion_and_symbols(client):
    await opened(client)

    async def hover(line, text):
        params = types.HoverParams(text_document=document(client), position=position(client, line, text))
        found = await client.text_document_hover_async(params)
        return found and found.contents.value

    assert "**license**: Licence" in await hover(1, "lic")
    assert "**MIT** (`mit`): permissive" in await hover(1, "license: [m")
    assert "language-invalid" in await hover(3, "language: o")
    assert await hover(9, "Te") is None

    async def complete(text, line, before):
        await changed(client, text, 9)
        params = types.CompletionParams(text_document=document(client), position=position(client, line, before))
        found = await client.text_document_completion_async(params)
        return {item.label for item in found}

    assert {"apache-2.0", "llama3.1"} <= await complete("---\nlicense: \n---\n# X\n", 1, "license: ")
    keys = await complete("---\nlicense: mit\npi\n---\n# X\n", 2, "pi")
    assert "pipeline_tag" in keys and "license" not in keys
    assert {"finetune", "merge"} <= await complete("---\nlicense: mit\nbase_model_relation: \n---\n# X\n", 2, "base_model_relation: ")
    assert "en" in await complete("---\nlanguage:\n- de\n- \n---\n# X\n", 3, "- ")
    assert "transformers" in await complete("---\nlicense: mit\nlibrary_name: t\n---\n# X\n", 2, "library_name: t")
    assert await complete("---\nlicense: mit\n---\n# X\n\npi\n", 5, "pi") == set()

    await changed(client, CARD, 20)
    symbols = await client.text_document_document_symbol_async(types.DocumentSymbolParams(text_document=document(client)))
    assert [symbol.name for symbol in symbols] == ["front matter", "Ticket Sentiment"]
    assert [child.name for child in symbols[0].children] == ["license", "tags", "language"]
    assert [child.name for child in symbols[1].children] == ["Intended use"]


@pytest.mark.asyncio
async def test_only_cards_are_audited(client):
    for name in ["CHANGELOG.md", "_posts/2024-01-01-x.md", "q.rs"]:
        client.uri = (client.folder / name).as_uri()
        assert not await opened(client, CARD)
    client.uri = (client.folder / "MODEL_CARD.md").as_uri()
    assert await opened(client, CARD)
    # The nearest configuration is in force, as on the command line.
    (client.folder / "sub").mkdir()
    (client.folder / "sub/cardlint.toml").write_text('ignore = ["language-invalid"]\n')
    client.uri = (client.folder / "sub/README.md").as_uri()
    found = {diagnostic.code for diagnostic in await opened(client, CARD)}
    assert "language-invalid" not in found and "license-unknown" in found


@pytest.mark.asyncio
async def test_configuration_is_read_anew_on_save(client):
    await opened(client)
    watched = getattr(client.watches, "dynamic_registration", None)
    assert client.registered == (["workspace/didChangeWatchedFiles"] if watched else [])
    (client.folder / "cardlint.toml").write_text('ignore = ["language-invalid"]\n')
    client.text_document_did_save(types.DidSaveTextDocumentParams(text_document=document(client)))
    found = {diagnostic.code for diagnostic in await diagnostics(client)}
    assert "language-invalid" not in found and "license-unknown" in found


class Neovim(Case):
    @unittest.skipUnless(shutil.which("nvim"), "there is no Neovim")
    def test_neovim(self):
        self.write("README.md", CARD)
        self.write(
            "check.lua",
            textwrap.dedent(
                """
                vim.cmd("edit README.md")
                local buffer = vim.api.nvim_get_current_buf()
                local id = vim.lsp.start_client({ name = "cardlint", cmd = { os.getenv("PROGRAM"), "lsp" }, root_dir = vim.fn.getcwd() })
                vim.lsp.buf_attach_client(buffer, id)
                vim.wait(10000, function() return #vim.diagnostic.get(buffer) >= 3 end, 20)
                for _, found in ipairs(vim.diagnostic.get(buffer)) do
                  print(string.format("%d:%d %s", found.lnum, found.col, found.code or found.user_data.lsp.code))
                end
                local params = { textDocument = vim.lsp.util.make_text_document_params(), context = { diagnostics = {}, only = { "source.fixAll" } },
                  range = { start = { line = 0, character = 0 }, ["end"] = { line = 0, character = 0 } } }
                local answers = vim.lsp.buf_request_sync(buffer, "textDocument/codeAction", params, 10000)
                for _, answer in pairs(answers) do
                  vim.lsp.util.apply_workspace_edit(answer.result[1].edit, "utf-16")
                end
                vim.cmd("write")
                """
            ),
        )
        said = run(
            "nvim", "--headless", "-u", "NONE", "-i", "NONE", "-c", "luafile check.lua", "-c", "qa!",
            cwd=self.folder, env={**os.environ, "PROGRAM": PROGRAM, "XDG_STATE_HOME": str(self.folder / "state")},
        )
        self.assertIn("1:15 license-unknown", said)
        # Neovim counts bytes: four of them for the emoji.
        self.assertIn("2:18 list-duplicate", said)
        mended = (self.folder / "README.md").read_text(encoding="utf-8")
        self.assertEqual(mended, CARD.replace("MIT", "mit").replace(", x, x]", ", x]"))


if __name__ == "__main__":
    unittest.main()
