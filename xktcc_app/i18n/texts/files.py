"""Exports and imports."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "job.running": ("正在导出：已写 {rows} 条", "Exporting: {rows} rows so far"),
    "job.done": ("导出完成：{rows} 条", "Exported: {rows} rows"),
    "job.limited": (
        "导出完成：{rows} 条，已达您的角色的上限，还有更多",
        "Exported: {rows} rows, the most that your role may have; there are more",
    ),
    "job.failed": ("导出没有成功：", "The export failed: "),
    "job.again": ("再次下载", "Download again"),
    "import": ("导入", "Import"),
    "import.title": ("导入老人数据", "Import elders"),
    "import.file": ("选择 CSV 或 XLSX 文件", "Choose a CSV or XLSX file"),
    "import.rules": (
        "CSV 或 XLSX 文件，第一行是列名，至少要有姓名和性别。先逐行检查，确认后才会保存。",
        "A CSV or XLSX file, column names in its first row, at least name and gender. Rows are checked before anything is stored.",
    ),
    "import.template": ("下载模板", "Download the template"),
    "import.sending": ("正在上传文件…", "Uploading the file…"),
    "import.checking": ("正在检查：已看 {rows} 行", "Checking: {rows} rows so far"),
    "import.storing": ("正在保存：已处理 {rows} 行", "Storing: {rows} rows so far"),
    "import.progress": ("导入进度", "Import in progress"),
    "import.checked": (
        "可以导入 {good} 行，有问题 {bad} 行。还没有保存。",
        "{good} rows can be imported, {bad} can't. Nothing is stored yet.",
    ),
    "import.stored": ("已导入 {good} 行，略过 {bad} 行。", "{good} rows imported, {bad} left out."),
    "import.row": ("行", "Row"),
    "import.why": ("原因", "Why"),
    "import.more": ("只列出前 {shown} 行。", "Only the first {shown} are listed."),
    "import.store": ("导入 {good} 行", "Import {good} rows"),
    "import.other": ("换一个文件", "Another file"),
    "file.not_a_table": ("不是表格文件，请用 CSV 或 XLSX。", "Not a table: use CSV or XLSX."),
    "file.formula": (
        "文件里有公式。为安全起见，请先把公式转成值。",
        "The file has formulas. To be safe, turn them into values first.",
    ),
    "file.too_wide": ("列太多了，最多 100 列。", "Too many columns: 100 at most."),
    "file.too_long": ("行太多了，每次最多 200,000 行。", "Too many rows: 200,000 at a time."),
    "file.too_big": ("文件太大了，最多 64 MB。", "The file is too large: 64 MB at most."),
    "file.no_name_column": (
        "没有“姓名”列，请用模板的列名。",
        "There is no column Name: use the template's column names.",
    ),
    "file.repeated_column": ("有重复的列名。", "A column name is repeated."),
}
