"""A chart as it stands in an opened page: its controls, its marks, what it says of a mark."""

from typing import Any

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

PATIENCE = 20  # seconds

# Every item of data marks of a kind: its datum, and its place in the canvas.
MARKS = """
const chart = arguments[0].chart, found = [];
const walk = (mark, x, y) => {
  for (const item of mark.items) {
    if (mark.role === "mark" && mark.marktype === arguments[1])
      found.push({ datum: { ...item.datum }, text: item.text, fill: item.fill, stroke: item.stroke,
        x: x + item.x + (item.width || 0) / 2, y: y + item.y + (item.height || 0) / 2 });
    for (const inner of item.items || [])
      walk(inner, x + (item.x || 0), y + (item.y || 0));
  }
};
const [x, y] = chart.origin(), { left, top } = chart.padding();
walk(chart.scenegraph().root, x + left, y + top);
return found;
"""


class ChartInPage:
    """The live chart of the figure with a name."""

    def __init__(self, browser: webdriver.Chrome, name: str) -> None:
        """Wait until the chart stands in the place of its picture."""
        self.browser = browser
        self.figure: WebElement = browser.find_element(By.ID, name)
        WebDriverWait(browser, PATIENCE).until(
            lambda _: browser.execute_script("return Boolean(arguments[0].chart)", self.figure)
        )

    def marks(self, kind: str) -> list[dict[str, Any]]:
        """Items of a kind of mark: `symbol`, `rect`, `text`, …"""
        found: list[dict[str, Any]] = self.browser.execute_script(MARKS, self.figure, kind)
        return found

    def data(self, kind: str) -> list[dict[str, Any]]:
        """What the marks of a kind stand for."""
        return [mark["datum"] for mark in self.marks(kind)]

    def title(self) -> str:
        """Of the chart."""
        said = self.browser.execute_script(
            "const found = []; const walk = (m) => { for (const i of m.items) {"
            " if (m.role === 'title-text') found.push(i.text); (i.items || []).forEach(walk); } };"
            "walk(arguments[0].chart.scenegraph().root); return found.flat();",
            self.figure,
        )
        return " ".join(said)

    def choose(self, menu: str, option: object) -> None:
        """Choose an option of a menu, as a reader would."""
        Select(self._control(menu, "select")).select_by_visible_text(str(option))
        self._settle()

    def slide(self, slider: str, value: float) -> None:
        """Move a slider with the keyboard."""
        control = self._control(slider, "input")
        while float(control.get_attribute("value") or 0) != value:
            lower = float(control.get_attribute("value") or 0) < value
            control.send_keys(Keys.ARROW_RIGHT if lower else Keys.ARROW_LEFT)
        self._settle()

    def hover(self, mark: dict[str, Any]) -> str:
        """What is said of a mark when the pointer is on it."""
        self._pointer(mark).perform()
        shown = WebDriverWait(self.browser, PATIENCE).until(
            lambda browser: browser.find_element(By.CSS_SELECTOR, "#vg-tooltip-element.visible")
        )
        return shown.text

    def click(self, mark: dict[str, Any]) -> None:
        """Click on a mark."""
        self._pointer(mark).click().perform()
        self._settle()

    def _pointer(self, mark: dict[str, Any]) -> ActionChains:
        canvas = self.figure.find_element(By.TAG_NAME, "canvas")
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", canvas)
        dx, dy = (mark["x"] - canvas.size["width"] / 2, mark["y"] - canvas.size["height"] / 2)
        away = ActionChains(self.browser).move_to_element_with_offset(
            canvas, -canvas.size["width"] // 2 + 1, -canvas.size["height"] // 2 + 1
        )
        return away.move_to_element_with_offset(canvas, round(dx), round(dy))

    def _control(self, label: str, kind: str) -> WebElement:
        for bound in self.figure.find_elements(By.CSS_SELECTOR, ".vega-bind"):
            if bound.find_element(By.CLASS_NAME, "vega-bind-name").text.strip() == label:
                return bound.find_element(By.TAG_NAME, kind)
        raise AssertionError(f"no control '{label}'")

    def _settle(self) -> None:
        self.browser.execute_async_script(
            "const done = arguments[1]; arguments[0].chart.runAsync().then(() => done())",
            self.figure,
        )
