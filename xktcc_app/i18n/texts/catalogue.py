"""Providers and service items."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "page.providers": ("服务商", "Providers"),
    "page.items": ("服务项目", "Service items"),
    "title.providers": ("服务商 · XktCC", "Providers · XktCC"),
    "title.items": ("服务项目 · XktCC", "Service items · XktCC"),
    "catalogue.name": ("名称", "Name"),
    "catalogue.phone": ("电话", "Phone"),
    "catalogue.org_id": ("服务区域", "Area"),
    "catalogue.category": ("服务类别", "Category"),
    "catalogue.unit_price": ("单价（元）", "Price (yuan)"),
    "catalogue.unit": ("计价单位", "Unit"),
    "catalogue.active": ("状态", "State"),
    "catalogue.enable": ("启用", "Enable"),
    "catalogue.disable": ("停用", "Disable"),
    "catalogue.new_provider": ("新增服务商", "New provider"),
    "catalogue.edit_provider": ("编辑服务商", "Edit provider"),
    "catalogue.new_item": ("新增服务项目", "New service item"),
    "catalogue.edit_item": ("编辑服务项目", "Edit service item"),
    "in_use.1": ("使用中", "In use"),
    "in_use.0": ("已停用", "Disabled"),
}
