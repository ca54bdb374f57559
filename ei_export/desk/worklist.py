from flask import Blueprint

PAGE = Blueprint("worklist", __name__, url_prefix="/werklijst")
