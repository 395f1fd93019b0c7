# SPDX-License-Identifier: Apache-2.0

"""The console's page in a real browser, over 500 synthetic deliveries that change while it is open."""

import http.server
import json
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

import browser
from sample_console import SampleConsole
from waiting import wait_for

PROJECT = Path(__file__).parents[2]
BINARY = PROJECT / ".build" / "debug" / "SampleConsole"
DELIVERIES = 500
WIDE = {"width": 1440, "height": 1000}
MIDDLE = {"width": 1200, "height": 800}
NARROW = {"width": 400, "height": 860}
# The files of pydicom whose thumbnails are asked for, and what the page then says.
SHOWN = {
    "CT_small.dcm": "128 × 128 pixels, from the least to the greatest value",
    "ExplVR_BigEnd.dcm": "pixels",
    "examples_rgb_color.dcm": "colours as sent",
    "SC_rgb_dcmtk_+eb+cr.dcm": "JPEG as sent",
    "dicomdirtests/98892003/MR1/5641": "16 × 16 pixels, window of the data set",
}
NOT_SHOWN = {
    "SC_rgb_rle.dcm": "RLE Lossless",
    "693_J2KI.dcm": "JPEG 2000",
    "image_dfl.dcm": "Deflated",
    "examples_palette.dcm": "PALETTE COLOR",
    "reportsi.dcm": "no pixel data",
}
# Scrolls to each of these places, a frame after the one before it. Returns what the first row in view then says.
SCROLL_TO = """async () => {
    const grid = document.getElementById('grid');
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    for (const place of %s) {
        grid.scrollTop = place;
        await frame();
        await frame();
    }
    return document.querySelector(`.row[aria-rowindex='${grid.scrollTop / 42 + 2}']`).innerText;
}"""


@pytest.fixture(scope="module")
def files() -> list[Path]:
    from sample_data import SHIPPED

    return [SHIPPED / name for name in (*SHOWN, *NOT_SHOWN)]


@pytest.fixture(scope="module")
def chromium():
    with browser.chromium() as started:
        yield started


@pytest.fixture
def sample(files):
    with SampleConsole(BINARY, DELIVERIES, files) as console:
        yield console


@pytest.fixture
def visit(chromium, sample, tmp_path):
    """A function that opens the console. After the test, nothing may have been logged as an error by the page, unless
    the test expects it."""
    contexts, errors = [], []

    def open_page(viewport=WIDE, scheme="light", address="", **options):
        context = chromium.new_context(viewport=viewport, color_scheme=scheme, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.set_default_timeout(60_000)
        page.goto(sample.url + address)
        page.wait_for_selector(".grid-body .row:not([hidden])")
        page.wait_for_selector("#grid[aria-busy=false]")
        page.errors = errors
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def rows(page) -> int:
    return int(page.get_attribute("#grid", "aria-rowcount")) - 1


def first_row(page) -> str:
    """The text of the topmost delivery."""
    return page.locator(".grid-body .row[aria-rowindex='2']").inner_text()


def too_wide(page) -> list[str]:
    """What is wider than the window or than the panel that it is in."""
    return page.evaluate(
        """() => [document.documentElement, ...document.querySelectorAll('.panel, .tile, .detail, .notice, dialog[open]')]
            .filter((element) => element.scrollWidth > element.clientWidth + 1)
            .map((element) => `${element.tagName} ${element.className}: ${element.scrollWidth} > ${element.clientWidth}`)"""
    )


def request(sample, path: str, **fields: str) -> tuple[int, bytes]:
    asked = urllib.request.Request(sample.origin + path, headers=fields)
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_all_deliveries_are_there_but_only_those_in_view_are_elements(visit):
    page = visit()
    assert rows(page) == DELIVERIES
    assert page.locator(".grid-body .row").count() < 80
    assert page.locator("#tiles").inner_text().startswith("Received")
    assert page.locator("#shown").inner_text() == "500"
    assert "sample-hospital" in page.title()


def test_the_token_leaves_the_address_and_the_page_can_be_loaded_again(visit, sample):
    page = visit()
    assert page.url == sample.origin + "/"
    page.locator(".row[aria-rowindex='2']").click()
    page.wait_for_selector("#detail .timeline")
    page.reload()
    page.wait_for_selector("#detail .timeline")
    assert rows(page) == DELIVERIES
    assert sample.token not in page.url


def test_another_server_of_this_machine_does_not_get_the_token(visit, sample):
    """Cookies are sent to every port of a host: a server of another user on 127.0.0.1 must not be told the token."""
    got = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            got.append(f"{self.requestline}\n{self.headers}")
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><link rel=icon href=data:,><title>other</title>")

        def log_message(self, *_):
            pass

    page = visit()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        assert page.evaluate("sessionStorage.length + localStorage.length") == 0
        server.shutdown()
    assert got and not any(sample.token in text for text in got)
    assert page.context.cookies() == []


@pytest.mark.parametrize("fragment", ["", f"#token={'0' * 64}"], ids=["no token", "a wrong token"])
def test_without_the_token_the_page_says_what_to_do_and_the_right_address_mends_it(chromium, sample, fragment):
    page = chromium.new_page()
    page.goto(f"{sample.origin}/{fragment}")
    notice = page.locator(".notice.bad")
    notice.wait_for()
    assert "token" in notice.inner_text()
    assert "Open the address that dicomstore console printed at its last start." in notice.inner_text()
    assert page.locator("#age").inner_text() == "No data"
    assert not page.locator("#empty").is_visible()
    # The same tab, in which only what is behind "#" changes.
    page.goto(sample.url)
    page.wait_for_selector(".grid-body .row:not([hidden])")
    assert page.url == sample.origin + "/"
    page.close()


def test_nothing_of_the_pipeline_is_answered_without_the_token_or_under_another_name(sample):
    assert request(sample, "/api/deliveries")[0] == 401
    assert request(sample, f"/api/deliveries?token={sample.token}")[0] == 401
    bearer = {"Authorization": f"Bearer {sample.token}"}
    assert request(sample, "/api/deliveries", **bearer)[0] == 200
    assert request(sample, "/api/deliveries", Host="evil.example", **bearer)[0] == 403


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, MIDDLE, NARROW], ids=["wide", "middle", "narrow"])
def test_axe_finds_nothing_serious(visit, sample, tmp_path, scheme, viewport):
    page = visit(viewport, scheme)
    name = f"{scheme}-{viewport['width']}"
    page.wait_for_selector(".plot")
    page.screenshot(path=tmp_path / f"list-{name}.png")
    assert browser.findings(page) == []
    assert too_wide(page) == []
    sample.tell("spoil")
    page.locator(".badge.step-failed").first.wait_for()
    page.locator("#grid").press("Home")
    page.locator("#grid").press("Enter")
    page.locator(".log-line").first.wait_for()
    page.screenshot(path=tmp_path / f"detail-{name}.png", full_page=True)
    assert browser.findings(page) == []
    assert too_wide(page) == []
    page.locator(".instance-table button").first.click()
    page.wait_for_selector("dialog[open]")
    page.screenshot(path=tmp_path / f"dialog-{name}.png")
    assert browser.findings(page) == []
    assert too_wide(page) == []


def test_the_theme_button_overrides_the_system(visit):
    page = visit(scheme="dark")
    back = lambda: page.evaluate("getComputedStyle(document.body).backgroundColor")  # noqa: E731
    dark = back()
    page.click("#theme")
    assert page.locator("#theme").inner_text() == "Theme: light"
    light = back()
    assert light != dark
    page.reload()
    page.wait_for_selector(".grid-body .row:not([hidden])")
    assert back() == light
    page.click("#theme")
    assert back() == dark


def test_everything_is_reached_with_the_keyboard(visit):
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "deliveries"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.locator("#grid").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    active = page.get_attribute("#grid", "aria-activedescendant")
    assert page.get_attribute(f"#{active}", "aria-rowindex") == "3"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("End")
    active = page.get_attribute("#grid", "aria-activedescendant")
    assert page.get_attribute(f"#{active}", "aria-rowindex") == str(DELIVERIES + 1)
    page.keyboard.press("Enter")
    page.wait_for_selector("#detail .timeline")
    assert page.evaluate("document.activeElement.id") == "detail-heading"
    page.keyboard.press("Escape")
    page.wait_for_selector("#detail", state="hidden")
    assert page.evaluate("document.activeElement.id") == "grid"
    page.keyboard.press("Home")
    assert page.locator("#grid").evaluate("grid => grid.scrollTop") == 0


def test_the_page_follows_what_happens(visit, sample):
    page = visit()
    assert "Receiving" in first_row(page)
    sample.tell("advance")
    wait_for("the newest delivery to be closed", lambda: "Closed" in first_row(page), 60)
    sample.tell("add 3")
    wait_for("three new deliveries", lambda: rows(page) == DELIVERIES + 3, 60)
    sample.tell("spoil")
    wait_for("the failure", lambda: "could not read the input" in first_row(page), 60)
    announced = page.locator("#announcer")
    assert announced.get_attribute("aria-live") == "polite"
    wait_for("the announcement", lambda: "need attention" in announced.inner_text(), 60)


def test_after_a_jump_the_rows_in_view_are_filled_first_and_then_those_around_them(visit):
    page = visit()
    page.evaluate("""() => {
        const grid = document.getElementById('grid');
        grid.scrollTop = 42 * 200;
        window.filled = [];
        const next = () => window.filled.push(
            [...document.querySelectorAll('.grid-body .row:not([hidden])')].map((row) => Number(row.ariaRowIndex)))
            < 300 && requestAnimationFrame(next);
        requestAnimationFrame(() => requestAnimationFrame(next));
    }""")
    rows_around = lambda: sorted(page.evaluate("window.filled.at(-1)") or [])
    wait_for("rows above the view", lambda: rows_around()[:1] == [202 - 6])
    first, last = page.evaluate("window.filled[0]"), rows_around()
    assert 202 in first and 202 - 1 not in first
    assert last == list(range(202 - 6, 202 - 6 + len(last)))


def test_while_the_list_flies_rows_say_when_and_who_and_everything_at_rest(visit):
    steps = "[0, 40, 80, 120, 160, 200].map((row) => 42 * row)"
    flown, walked = visit(), visit()
    during = flown.evaluate(SCROLL_TO % steps)
    walked.evaluate(SCROLL_TO % "Array.from({length: 101}, (_, step) => 42 * 2 * step)")
    row = ".row[aria-rowindex='202']:not([hidden])"
    whole = walked.locator(row).inner_text()
    assert len(during.split()) == 2 and whole.split()[1:3] == during.split()
    wait_for("the rest of the row", lambda: flown.locator(row).inner_text() == whole)
    texts = lambda page: page.locator(".grid-body .row:not([hidden])").all_inner_texts()
    wait_for("the rest of all rows", lambda: sorted(texts(flown)) == sorted(texts(walked)))


def test_what_is_shown_first_is_asked_for_once_and_before_the_modules_run(visit):
    page = visit()
    asked, parsed = page.evaluate("""() => [
        performance.getEntriesByType('resource').filter(({name}) => name.includes('/api/'))
            .map(({name, startTime}) => [new URL(name).pathname + new URL(name).search, startTime]),
        performance.getEntriesByType('navigation')[0].domInteractive]""")
    early = sorted(target for target, began in asked if began < parsed)
    assert early == ["/api/deliveries?newest=60", "/api/status"]
    assert len([target for target, _ in asked if target == early[0]]) == 1


def test_new_deliveries_do_not_move_what_the_person_reads(visit, sample):
    page = visit()
    page.evaluate("document.getElementById('grid').scrollTop = 42 * 100")
    page.wait_for_selector("#grid-body:not(.flying) .row[aria-rowindex='102']:not([hidden])")
    read = page.locator(".row[aria-rowindex='102']").inner_text()
    sample.tell("add 7")
    wait_for("seven new deliveries", lambda: rows(page) == DELIVERIES + 7, 60)
    assert page.locator("#grid").evaluate("grid => grid.scrollTop") == 42 * 107
    assert page.locator(".row[aria-rowindex='109']").inner_text() == read


def test_an_error_is_shown_with_advice_and_the_data_stay(visit, sample):
    page = visit()
    sample.tell("fail")
    page.locator(".notice.bad", has_text="the sample was told to fail").wait_for()
    assert rows(page) == DELIVERIES
    assert page.locator(".notice.bad span").inner_text() != ""
    sample.tell("mend")
    page.locator(".notice.bad").wait_for(state="detached")


def test_focus_and_scrolling_in_a_charts_table_stay_when_the_rates_change(visit, sample):
    page = visit()
    figure = page.locator("#instances-chart")
    figure.locator("summary").click()
    table = figure.locator(".scroll")
    for focused in (table, figure.locator("summary")):
        table.evaluate("table => { table.scrollTop = 90; }")
        focused.focus()
        page.evaluate("window.before = document.querySelector('#instances-chart svg')")
        sample.tell("advance")
        changed = "document.querySelector('#instances-chart svg') !== window.before"
        wait_for("another chart", lambda: page.evaluate(changed), 60)
        assert focused.evaluate("element => element === document.activeElement")
        assert table.evaluate("table => table.scrollTop") == 90
    assert table.locator("tbody tr").count() == 30
    assert table.locator("tbody tr").first.locator("th, td").count() == 4


def test_focus_and_scrolling_in_the_log_stay_when_lines_are_added(visit, sample):
    page = visit()
    page.locator(".row[aria-rowindex='2']").click()
    page.locator(".log-line").first.wait_for()
    log = page.locator(".log-lines")
    before = page.locator(".log-line").count()
    log.evaluate("log => { log.style.maxHeight = '40px'; log.scrollTop = 20; window.first = log.firstChild; }")
    log.focus()
    sample.tell("advance")
    wait_for("further lines", lambda: page.locator(".log-line").count() > before, 60)
    assert log.evaluate("log => log === document.activeElement")
    assert log.evaluate("log => [log.scrollTop, log.firstChild === window.first]") == [20, True]


def test_pause_also_stops_the_delivery_that_is_open(visit, sample):
    page = visit()
    page.locator(".row[aria-rowindex='2']").click()
    page.locator(".log-line").first.wait_for()
    # Time runs faster: what happens after 3 seconds is what the open delivery waits for.
    page.evaluate("""() => {
        const real = window.setTimeout;
        window.waits = 0;
        window.setTimeout = (action, after, ...rest) => {
            if (after === 3000) window.waits += 1;
            return real(action, after / 10, ...rest);
        };
    }""")
    wait_for("the next reading", lambda: page.evaluate("window.waits") > 0, 30)
    page.click("#pause")
    from_now_on = page.evaluate("window.waits") + 2
    wait_for("requests under way", lambda: page.evaluate("window.waits") > from_now_on, 30)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/api/" in request.url else None)
    sample.tell("advance")
    until = page.evaluate("window.waits") + 5
    wait_for("five rounds", lambda: page.evaluate("window.waits") > until, 30)
    assert asked == []
    assert page.locator(".log-line", has_text="delivery closed").count() == 0
    # What a person opens is read.
    page.locator(".row[aria-rowindex='20']").click()
    page.locator("#detail .step-item", has_text="Image sets").wait_for()
    page.locator("#grid").press("Home")
    page.locator("#grid").press("Enter")
    page.locator(".log-line", has_text="delivery closed").wait_for()
    page.click("#pause")
    wait_for("the list to follow again", lambda: "Closed" in first_row(page), 60)


def test_limits_of_the_reading_are_told_as_by_the_command(visit, sample):
    page = visit()
    assert page.locator("#notices .notice").count() == 1
    sample.tell("exceed")
    page.locator("#shown", has_text="the newest 500").wait_for()
    page.locator(".notice", has_text="than one reading takes").wait_for()
    texts = page.locator("#notices .notice").all_inner_texts()
    assert [text.strip() for text in texts[1:]] == [
        "and 25 more Each delivery of the list shows its problem.",
        "There are more open markers, executions than one reading takes; the numbers are too small."
        " The received data are without 1,200 deliveries, whose sizes were not read.",
    ]
    assert too_wide(page) == []
    uid = page.locator(".row[aria-rowindex='20'] .c-study").text_content()
    page.fill("#search", f"{uid}.1.1")
    page.click("#look-up")
    page.locator("#empty", has_text="There may be more.").locator("a").click()
    page.locator("#detail .part-log h3", has_text="; there are more").wait_for()


class CuttingProxy(http.server.BaseHTTPRequestHandler):
    """Forwards GET requests to `target`; while `cuts` is set, it ends answers with the list inside their body."""

    target, cuts, cut_count = "", False, 0

    def do_GET(self):
        # The console answers only under its own name.
        fields = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "origin")}
        asked = urllib.request.Request(self.target + self.path, headers=fields)
        try:
            answer = urllib.request.urlopen(asked, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            body = answer.read()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                if name.lower() != "connection":
                    self.send_header(name, value)
            self.end_headers()
        if self.cuts and answer.status == 200 and self.path.startswith("/api/deliveries"):
            type(self).cut_count += 1
            body = body[: len(body) // 2]
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_an_answer_that_breaks_off_in_its_body_is_told_and_the_page_follows_again(chromium, sample):
    class Proxy(CuttingProxy):
        target = sample.origin

    page = chromium.new_page()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page.goto(f"http://127.0.0.1:{server.server_port}/#token={sample.token}")
        page.wait_for_selector("#grid[aria-busy=false]")
        Proxy.cuts = True
        sample.tell("add 3")
        page.locator(".notice.bad", has_text="does not answer").wait_for()
        assert Proxy.cut_count > 0
        assert rows(page) == DELIVERIES
        Proxy.cuts = False
        wait_for("three new deliveries", lambda: rows(page) == DELIVERIES + 3, 60)
        page.locator(".notice.bad").wait_for(state="detached")
        page.close()
        server.shutdown()


def test_a_console_that_ended_is_named(chromium, files):
    with SampleConsole(BINARY, 3) as console:
        page = chromium.new_page()
        page.goto(console.url)
        page.wait_for_selector(".grid-body .row:not([hidden])")
    page.locator(".notice.bad", has_text="does not answer").wait_for()
    assert rows(page) == 3
    page.close()


def test_search_and_steps_choose_deliveries(visit):
    page = visit()
    page.fill("#search", "ct_somatom")
    chosen = rows(page)
    assert 0 < chosen < DELIVERIES
    assert page.locator("#shown").inner_text() == f"{chosen} of 500"
    assert "CT_SOMATOM_1" in first_row(page)
    page.fill("#search", "")
    page.click("[data-step=partial]")
    assert page.get_attribute("[data-step=partial]", "aria-pressed") == "true"
    assert 0 < rows(page) < 40
    assert "Partial" in first_row(page)
    uid = page.locator(".row[aria-rowindex='2'] .c-study").inner_text()
    page.click("[data-step=partial]")
    page.fill("#search", uid)
    assert rows(page) == 1


def test_an_instance_is_found_by_its_uid(visit):
    page = visit()
    uid = page.locator(".row[aria-rowindex='20'] .c-study").text_content()
    page.fill("#search", f"{uid}.1.1")
    assert rows(page) == 0
    page.click("#look-up")
    page.wait_for_selector("#detail .timeline")
    assert uid in page.locator("#detail .part-facts").inner_text()


def test_an_unknown_uid_is_told(visit):
    page = visit()
    page.fill("#search", "1.2.3.4.5")
    page.keyboard.press("Enter")
    page.locator("#empty", has_text="Nothing has this id or UID").wait_for()


def test_one_delivery_is_followed_through_its_steps(visit):
    page = visit()
    page.locator(".row[aria-rowindex='20']").click()
    page.wait_for_selector("#detail .timeline")
    assert page.locator(".step-item").count() == 5
    names = page.locator(".step-name").all_inner_texts()
    assert [name.split("done")[0].strip() for name in names[:2]] == ["Received", "Closed"]
    assert page.locator(".step-item time").count() >= 4
    page.locator(".log-line", has_text="delivery opened").wait_for()
    assert page.locator(".instance-table tbody tr").count() > 0


def test_a_picture_is_shown_only_after_the_person_agreed(visit, sample):
    page = visit()
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "thumbnail?" in request.url else None)
    page.locator(".row[aria-rowindex='2']").click()
    page.locator("#detail .instance-table button").first.click()
    dialog = page.locator("dialog[open]")
    assert "a name can be burnt into it" in dialog.inner_text()
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    assert asked == []
    page.locator("#detail .instance-table button").first.click()
    dialog.get_by_label("Do not ask again").check()
    dialog.get_by_text("Show the picture").click()
    dialog.locator("img").wait_for()
    assert len(asked) == 1


def test_pictures_and_why_there_is_none(visit):
    page = visit()
    page.locator(".row[aria-rowindex='2']").click()
    buttons = page.locator("#detail .instance-table button")
    for index, (name, text) in enumerate([*SHOWN.items(), *NOT_SHOWN.items()]):
        buttons.nth(index).click()
        dialog = page.locator("dialog[open]")
        if index == 0:
            dialog.get_by_label("Do not ask again").check()
            dialog.get_by_text("Show the picture").click()
        if name in SHOWN:
            dialog.locator("figcaption").wait_for()
            assert text in dialog.inner_text(), name
            assert page.evaluate("document.querySelector('dialog img').decode().then(() => true)"), name
            assert spread(page) > 40, f"{name} has no contrast"
        else:
            dialog.get_by_text("No picture:").wait_for()
            assert text in dialog.inner_text(), name
            # The browser writes a line for each answer that is an error.
            page.errors[:] = [error for error in page.errors if "422" not in error]
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog[open]", state="detached")


def spread(page) -> int:
    """The difference between the darkest and the brightest pixel of the picture."""
    return page.evaluate(
        """() => {
            const image = document.querySelector('dialog img');
            const canvas = document.createElement('canvas');
            [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
            const context = canvas.getContext('2d');
            context.drawImage(image, 0, 0);
            const values = context.getImageData(0, 0, canvas.width, canvas.height).data.filter((_, at) => at % 4 === 1);
            return values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b));
        }"""
    )


def test_no_patient_value_is_sent_beside_a_picture(visit, sample, files):
    """The answers of the API about an instance whose data set names a patient."""
    bearer = {"Authorization": f"Bearer {sample.token}"}
    listed = json.loads(request(sample, "/api/deliveries", **bearer)[1])
    newest = listed["deliveries"][0]["id"]
    answers = [json.dumps(listed)]
    for path in ("delivery", "instances", "log"):
        answers.append(request(sample, f"/api/{path}?id={newest}", **bearer)[1].decode())
    answers.append(request(sample, "/api/status", **bearer)[1].decode())
    for index in range(len(files)):
        status, body = request(sample, f"/api/thumbnail?id={newest}&index={index}", **bearer, **{"Show-Image": "yes"})
        assert status in (200, 422)
        answers.append(body.decode("latin-1"))
    import pydicom

    for file in files:
        data_set = pydicom.dcmread(file, stop_before_pixels=True, force=True)
        for keyword in ("PatientName", "PatientID", "PatientBirthDate"):
            value = str(data_set.get(keyword, ""))
            if len(value) > 3:
                assert not any(value in answer for answer in answers), f"{keyword} of {file.name}"


def test_motion_stops_for_those_who_want_none(visit):
    page = visit(reduced_motion="reduce")
    assert page.evaluate("document.getAnimations().length") == 0

