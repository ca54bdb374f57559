from flask import Blueprint

PAGE = Blueprint("today", __name__, url_prefix="/vandaag")
