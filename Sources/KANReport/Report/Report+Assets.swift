// What the page looks like, and the little that it does beyond links.

extension Report {
  static let style = """
    :root{--paper:#fff;--ink:#1c2024;--soft:#59616a;--line:#d9dde1;--accent:#0072B2;--panel:#f6f7f8;--good:0,114,178;--bad:213,94,0}
    @media (prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#e6e9ec;--soft:#a4acb4;--line:#343b42;--accent:#5AB4EE;\
    --panel:#1c2125;--good:90,180,238;--bad:245,139,71}}
    @media print{:root{--paper:#fff;--ink:#1c2024;--soft:#59616a;--line:#d9dde1;--accent:#0072B2;--panel:#fff}}
    *{box-sizing:border-box}
    body{margin:0 auto;max-width:1080px;padding:16px 20px 60px;background:var(--paper);color:var(--ink);\
    font:16px/1.5 Helvetica,Arial,sans-serif}
    h1{font-size:1.6rem;margin:.4em 0;overflow-wrap:anywhere}h2{font-size:1.25rem;margin:0 0 .5em}
    p{max-width:46em;overflow-wrap:anywhere}a{color:var(--accent)}
    nav{display:flex;flex-wrap:wrap;gap:4px 16px;padding:10px 0;border-bottom:1px solid var(--line)}
    section{padding:26px 0;border-bottom:1px solid var(--line)}
    .skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:var(--paper);padding:6px}
    .metrics,.facts{display:flex;flex-wrap:wrap;gap:10px;margin:12px 0}.metrics div{background:var(--panel);\
    border:1px solid var(--line);border-radius:6px;padding:6px 12px}
    dt{color:var(--soft);font-size:.8rem}dd{margin:0;font-size:1.05rem;overflow-wrap:anywhere}
    .facts{flex-direction:column}
    .charts{display:flex;flex-wrap:wrap;gap:12px}.charts svg{max-width:100%;height:auto}
    .scroll{overflow-x:auto;max-width:100%}.scroll svg{display:block}
    svg text{white-space:pre}
    a.edge:hover .frame,a.edge:focus .frame{stroke:var(--accent);stroke-width:2.5}a.edge{cursor:pointer}
    a:focus-visible,button:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
    a.edge:focus-visible{outline:none}
    table{border-collapse:collapse}th,td{padding:4px 10px;border-bottom:1px solid var(--line);text-align:right}
    th:first-child,td:nth-last-child(-n+2){text-align:left}caption{text-align:left;color:var(--soft)}
    .confusion td{text-align:right;background:rgba(var(--bad),calc(var(--share)*.9))}
    .confusion td.right{background:rgba(var(--good),calc(var(--share)*.45))}
    .warnings{border-left:4px solid rgb(var(--bad));padding-left:26px}
    figure{margin:0;padding:14px 0;border-bottom:1px solid var(--line)}figure:target{background:var(--panel)}
    figcaption{font-weight:bold;overflow-wrap:anywhere}
    pre{background:var(--panel);padding:10px;overflow-x:auto;border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere}
    dialog{max-width:min(960px,96vw);background:var(--paper);color:var(--ink);border:1px solid var(--line);border-radius:8px}
    dialog::backdrop{background:rgba(0,0,0,.5)}button{font:inherit;padding:4px 12px}
    @media print{nav,dialog,.skip,.hint{display:none}h2,figcaption{break-after:avoid}.charts svg{max-width:48%}#importance svg{max-width:70%}body{max-width:none;padding:0}section{break-inside:avoid-page}\
    #edges,#network{break-inside:auto}figure,.charts svg{break-inside:avoid}.scroll{overflow:visible}.scroll svg{max-width:100%;height:auto}}
    """

  /// Opens the closer look of an edge over the page, where the link alone would go to it further down.
  static let script = """
    (function(){
    var box=document.getElementById('closer'),place=box.firstElementChild;
    var edges=Array.prototype.slice.call(document.querySelectorAll('a.edge')),now=0;
    if(!edges.length||!box.showModal)return;
    function show(i){
      now=(i+edges.length)%edges.length;
      var figure=document.getElementById(edges[now].getAttribute('href').slice(1));
      if(!figure)return false;
      var copy=figure.cloneNode(true);copy.removeAttribute('id');copy.removeAttribute('tabindex');
      place.replaceChildren(copy);
      box.setAttribute('aria-label',figure.querySelector('figcaption').textContent);
      if(!box.open)box.showModal();
      return true;
    }
    edges.forEach(function(edge,i){edge.addEventListener('click',function(event){if(show(i))event.preventDefault();});});
    box.addEventListener('click',function(event){
      if(event.target===box){box.close();return;}
      var step=event.target.getAttribute('data-step');
      if(step==='0')box.close();else if(step)show(now+Number(step));
    });
    box.addEventListener('keydown',function(event){
      if(event.key==='ArrowRight')show(now+1);else if(event.key==='ArrowLeft')show(now-1);
    });
    box.addEventListener('close',function(){edges[now].focus();});
    document.querySelectorAll('#edges details').forEach(function(list){list.open=false;});
    window.addEventListener('beforeprint',function(){document.querySelectorAll('details').forEach(function(d){d.open=true;});});
    })();
    """
}
